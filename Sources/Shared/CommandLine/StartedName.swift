package import Platform

extension Program {
    /// The name by which this program was started, which may be another than the one it was built under: for usage lines and
    /// messages.
    ///
    /// - Parameter usual: where the system tells none.
    package static func startedName(_ vector: ArgumentVector = .ofThisProcess(), usual: String) -> String {
        let path = vector.argument(at: 0)?.bytes ?? []
        let name = path.split(separator: UInt8(ascii: "/")).last ?? []
        return name.isEmpty ? usual : escaped(name)
    }
}
