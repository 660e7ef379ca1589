internal import Glibc

/// Symbolic links, which nothing here follows, as little notes: a link is made with all that it holds in one step, and is never there
/// without it, be it after a power cut.
extension Directory {
    /// - Parameter target: what the link is to hold; at most 4,095 bytes, and no NUL.
    package func makeLink(_ name: FileName, to target: [UInt8]) throws(SystemError) {
        try systemCall("make the link", name.description) {
            name.withCString { name in
                withCStringOf(target) { target in unsafe symlinkat(target, descriptor.rawValue, name) }
            }
        }
    }

    /// What a link holds.
    package func target(ofLink name: FileName) throws(SystemError) -> [UInt8] {
        let longest = Int(PATH_MAX)
        var target = [CChar](repeating: 0, count: longest)
        let count = try systemCall("read the link", name.description) {
            name.withCString { name in
                unsafe readlinkat(descriptor.rawValue, name, &target, longest)
            }
        }
        return target.prefix(count).map { UInt8(bitPattern: $0) }
    }
}
