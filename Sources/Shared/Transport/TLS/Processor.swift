internal import Platform

/// What the processor can do in hardware.
enum Processor {
    /// Whether it has instructions for AES; without, ChaCha20-Poly1305 is several times faster (a Raspberry Pi 4).
    static let hasAES: Bool = {
        guard let file = try? FileDescriptor.openForReading(path: "/proc/cpuinfo"),
            let content = try? file.readAll(limit: 4 << 20)
        else { return true }
        let text = String(decoding: content, as: UTF8.self)
        return text.split(separator: "\n").contains { line in
            (line.hasPrefix("flags") || line.hasPrefix("Features")) && line.split(separator: " ").contains("aes")
        }
    }()
}
