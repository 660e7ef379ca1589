import Platform

/// Whether a storage finds and lists a file under the name that it was given and no other.
enum NameListing: Hashable, Sendable {
    case exact
    /// Names that differ, in case or in how an accent is written, lead to the one that is there.
    case findsSimilar
    /// It does, and may list a name in another way than it was given, such as in small letters.
    case changes

    /// Whether a name is listed as it was given just now.
    var keepsNew: Bool { self != .changes }

    /// Finds out which, by giving names.
    ///
    /// - Parameter folder: an empty one of the server's own.
    static func find(in folder: Directory) throws(SystemError) -> NameListing {
        var listing = NameListing.exact
        for (given, similar) in pairs {
            let names = [given, similar].map { FileName(constant: $0) }
            for name in names where listing != .changes {
                do throws(SystemError) {
                    try folder.open(name, .creating(permissions: 0o600)).close()
                } catch {
                    if error.isLackOfRoom { throw error }
                    // It is never stored so.
                    continue
                }
                let isListed = try folder.names() == [name]
                let others = names.filter { $0 != name && (try? folder.status(of: $0)) != nil }
                try folder.remove(name)
                if !isListed { listing = .changes } else if !others.isEmpty { listing = .findsSimilar }
            }
        }
        return listing
    }

    /// Short enough for the old kind of names that FAT may keep in one case; and one letter in two ways.
    private static let pairs: [(StaticString, StaticString)] = [("TRIAL.MP4", "trial.mp4"), ("t\u{e9}", "te\u{301}")]
}

extension Directory {
    /// Under which name a file or folder is listed that was found under this one, where both may differ: what is confirmed must
    /// be found by who looks at the folder.
    ///
    /// - Parameter identity: of what was found.
    func listedName(of name: FileName, _ identity: FileIdentity) throws(SystemError) -> FileName {
        var others: [FileName] = []
        var isListed = false
        try forEachName { listed in
            isListed = isListed || listed == name
            if !isListed { others.append(listed) }
        }
        if isListed { return name }
        // Nearly always it is one that only differs in case.
        let similar = others.filter { $0.isSimilar(to: name) }
        return (similar + others).first { (try? status(of: $0).identity) == identity } ?? similar.first ?? name
    }
}

extension FileName {
    fileprivate func isSimilar(to other: FileName) -> Bool {
        String(decoding: bytes, as: UTF8.self).lowercased() == String(decoding: other.bytes, as: UTF8.self).lowercased()
    }
}
