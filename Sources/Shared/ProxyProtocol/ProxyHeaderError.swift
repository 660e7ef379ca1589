/// Why a connection's first bytes are no header of version 2 of the PROXY protocol.
package enum ProxyHeaderError: Error, Hashable, Sendable {
    /// Something else came.
    case missing
    /// It is one of version 1, which is text.
    case version1
    case unknownVersion(UInt8)
    case unknownCommand(UInt8)
    case unknownFamily(UInt8)
    /// A connection that is no stream, such as of UDP.
    case noStream(UInt8)
    /// So many bytes can't hold the addresses.
    case tooShort(Int, needed: Int)
    case tooLong(Int)
}

extension ProxyHeaderError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "no PROXY protocol header came first"
        case .version1:
            "the PROXY protocol header is of version 1: let the proxy send version 2 (HAProxy: send-proxy-v2)"
        case .unknownVersion(let version): "the PROXY protocol header is of version \(version), not 2"
        case .unknownCommand(let command): "the PROXY protocol header has the unknown command \(command)"
        case .unknownFamily(let family): "the PROXY protocol header has addresses of the unknown family \(family)"
        case .noStream(let transport): "the PROXY protocol header is of transport \(transport), which is no stream"
        case .tooShort(let length, let needed):
            "the PROXY protocol header has \(length) bytes for addresses that need \(needed)"
        case .tooLong(let length):
            "the PROXY protocol header has \(length) bytes, more than \(ProxyHeaderReader.mostBytes)"
        }
    }
}
