import Platform
import Testing

@testable import Storage

/// What an overlayfs is worth, by what the kernel says of it.
@Suite struct OverlayStrengthTests {
    private func strength(_ options: String, keepsOnDisk: Bool = true) -> StorageStrength {
        let line = "36 35 0:29 / /srv rw,relatime shared:7 master:1 - overlay overlay rw,lowerdir=/low,\(options)"
        return StorageStrength(overlay: MountInfo(line: line), keepsOnDisk: keepsOnDisk) { path in
            path == "/mem ory/up" ? FileSystemKind(magic: 0x0102_1994) : nil
        }
    }

    private func why(_ strength: StorageStrength) -> String {
        if case .weak(let why) = strength { why } else { "" }
    }

    @Test("on a disk it is taken, in memory and mounted volatile it isn't")
    func verdicts() {
        #expect(strength("upperdir=/up,workdir=/work") == .known)
        #expect(StorageStrength(overlay: nil, keepsOnDisk: true) { _ in nil } == .known)
        for volatile in ["volatile", "fsync=volatile"] {
            #expect(why(strength("upperdir=/up,workdir=/work,\(volatile)")).contains("volatile"))
        }
        let memory = why(strength(#"upperdir=/mem\040ory/up,workdir=/work"#, keepsOnDisk: false))
        #expect(memory.contains("/mem ory/up (tmpfs)"), "\(memory)")
        #expect(!why(strength("upperdir=/hidden,workdir=/work", keepsOnDisk: false)).isEmpty)
    }
}
