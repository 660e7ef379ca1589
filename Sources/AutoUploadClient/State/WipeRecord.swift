import Domain
import Encodings
import Platform

/// Names a wipe: made at random; a part of the file's name while it is being wiped.
struct WipeID: FixedBytes {
    static let byteCount = 16

    private let high: UInt64
    private let low: UInt64

    init?(takingFrom bytes: inout Span<UInt8>) {
        guard bytes.count >= Self.byteCount, let high: UInt64 = bytes.takeInteger(),
            let low: UInt64 = bytes.takeInteger()
        else { return nil }
        (self.high, self.low) = (high, low)
    }

    func write(to bytes: inout [UInt8]) {
        bytes.writeInteger(high)
        bytes.writeInteger(low)
    }

    static func random() throws(SystemError) -> WipeID {
        guard let id = WipeID(try randomBytes(byteCount)) else {
            throw SystemError("get random bytes", errno: .inputOutput)
        }
        return id
    }

    /// The id in the name of a file that is being wiped; nil when the name is another.
    init?(wipingName name: FileName) {
        guard OwnNames.isWiping(name) else { return nil }
        self.init(hex: String(decoding: name.bytes.dropFirst(OwnNames.wipingPrefix.utf8.count), as: UTF8.self))
    }

    /// The name that the file has while it is being wiped.
    var wipingName: FileName? { FileName(OwnNames.wipingPrefix + description) }
}

/// A wipe that has begun, and what made it rightful.
struct WipeRecord: Hashable, Sendable {
    let id: WipeID
    /// Where the file stood.
    let path: LocalPath
    /// What it was just before it was renamed, which is also what was read and confirmed.
    let fingerprint: Fingerprint
    let digest: ContentDigest
    /// The path that was offered, and the one that it is stored under.
    let remotePath: RemotePath
    let storedPath: RemotePath
    /// Seconds since 1970, UTC, by this machine's clock.
    let begunAt: Int64
    /// Whether overwriting may have begun: the file under the wiping name had been found, after the renaming, to be the
    /// confirmed one. While it is false, the content is still whole.
    var isDecided = false
    /// Bytes of what is stored, where that is encrypted. Isn't kept: the server is asked only while the wipe goes on.
    var storedSize: UInt64?

    /// Where the file stands while it is being wiped.
    var wipingPath: LocalPath? { id.wipingName.map(path.sibling) }
}
