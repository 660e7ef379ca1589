import Platform

/// Finds out by trial which names a file system takes, and keeps as they are given.
struct NameTrial {
    /// An empty folder of the server's own.
    let folder: Directory

    /// What FAT, exFAT, NTFS or SMB may refuse.
    static let suspects: [UInt8] = Array(1...31) + [127] + Array(#""*:<>?\|"#.utf8)
    private static let ends = Array(". ".utf8)

    func run() throws(SystemError) -> NameSpelling {
        var spelling = NameSpelling()
        // Most take anything.
        if try !keeps([x] + Self.suspects + [x]) {
            for byte in Self.suspects where try !keeps([x, byte, x]) { spelling.refused.insert(byte) }
        }
        for byte in Self.ends where try !keeps([x, byte]) { spelling.refusedAtEnd.insert(byte) }
        for device in ["aux", "con.mp4"] where try !keeps(Array(device.utf8)) { spelling.refusesDevices = true }
        if try !keeps([x] + Array("é日".utf8)) {
            spelling.beyondASCII = .refused
        } else if try !keeps([x, 0xff, x]) {
            spelling.beyondASCII = .takenAsUTF8
        }
        spelling.longest = try longest()
        return spelling
    }

    /// Whether a file of this name can be made, and is listed under it.
    private func keeps(_ bytes: [UInt8]) throws(SystemError) -> Bool {
        guard let name = FileName(bytes) else { return false }
        do throws(SystemError) {
            try folder.open(name, .creating(permissions: 0o600)).close()
        } catch {
            // Any other error says nothing of the name.
            guard Self.refusals.contains(error.errno) else { throw error }
            return false
        }
        let names = try folder.names()
        // One that is listed under another name may have to be removed under this one.
        for name in names + [name] { try? folder.remove(name) }
        return names.contains(name)
    }

    private static let refusals: Set<Errno> = [
        .invalid, .illegalBytes, .nameTooLong, .noEntry, .notPermitted, .accessDenied, .notSupported,
    ]

    private func longest() throws(SystemError) -> Int {
        var (taken, refused) = (1, FileName.maximumLength + 1)
        if try keeps([UInt8](repeating: x, count: refused - 1)) { return refused - 1 }
        while refused - taken > 1 {
            let length = (taken + refused) / 2
            if try keeps([UInt8](repeating: x, count: length)) { taken = length } else { refused = length }
        }
        return taken
    }

    private let x = UInt8(ascii: "x")

    init(in folder: Directory) {
        self.folder = folder
    }
}
