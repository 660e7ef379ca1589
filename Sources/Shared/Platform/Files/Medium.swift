/// What a file system's blocks lie on, as far as the kernel tells by /sys.
package struct Medium: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// What is written again goes to where it was.
        case magnetic
        /// A controller decides where it goes.
        case flash
        /// A virtual machine's, a network's, or anything else that tells nothing of itself.
        case unseen
    }

    /// The device's name, such as "mmcblk0p2".
    package let name: String
    package private(set) var kind: Kind
    /// Whether all that reaches it is encrypted (dm-crypt).
    package private(set) var isEncrypted = false
    /// Whether it keeps earlier versions of what is written, as snapshots of LVM do.
    package private(set) var keepsVersions = false
    /// The file that it is made of, or that is among what it lies on (loop devices).
    package private(set) var backingFile: String?

    private static let deepest = 8
    /// cryptsetup's kinds of mapping that encrypt: not VERITY, nor INTEGRITY by itself, which has a journal of contents.
    private static let ciphers = ["PLAIN", "LUKS1", "LUKS2", "LOOPAES", "TCRYPT", "BITLK", "FVAULT2"]

    /// - Parameters:
    ///   - device: the number of a block device, as `FileIdentity.device`.
    ///   - source: what was mounted, for file systems whose number is no device's.
    ///   - sys: where /sys is.
    /// - Returns: nil where it can't be told.
    package init?(device: UInt64, source: String? = nil, sys: String = "/sys") {
        let (major, minor) = DeviceNumber(device).parts
        let byName = source.flatMap { try? canonicalPath($0) }.flatMap(splitPath).map(\.name.description)
        let places = ["\(sys)/dev/block/\(major):\(minor)"] + (byName.map { ["\(sys)/class/block/\($0)"] } ?? [])
        guard let place = places.lazy.compactMap({ try? canonicalPath($0) }).first else { return nil }
        self.init(place: place, sys: sys, depth: Self.deepest)
    }

    private init?(place: String, sys: String, depth: Int) {
        guard depth > 0, let (above, last) = splitPath(place) else { return nil }
        name = last.description
        // What a partition lies on is told of the whole.
        let whole = Self.text("\(place)/partition") == nil ? place : above
        backingFile = Self.text("\(whole)/loop/backing_file")
        kind = Self.kind(of: whole)
        let below = ((try? Directory.open(path: "\(whole)/slaves").names()) ?? []).map { name in
            (try? canonicalPath("\(whole)/slaves/\(name)")).flatMap { Medium(place: $0, sys: sys, depth: depth - 1) }
        }
        if !below.isEmpty { take(below.compactMap(\.self)) }
        if below.contains(where: { $0 == nil }) { (kind, isEncrypted) = (.unseen, false) }
        takeMapping(Self.text("\(whole)/dm/uuid") ?? "")
    }

    /// It is as bad as the worst of those that it lies on.
    private mutating func take(_ below: [Medium]) {
        kind =
            below.contains { $0.kind == .unseen } ? .unseen : below.contains { $0.kind == .flash } ? .flash : .magnetic
        isEncrypted = below.allSatisfy(\.isEncrypted)
        keepsVersions = below.contains(where: \.keepsVersions)
        backingFile = below.lazy.compactMap(\.backingFile).first
    }

    /// By what the device mapper's users call their mappings: dm-crypt and LVM.
    private mutating func takeMapping(_ id: String) {
        if Self.ciphers.contains(where: { id.hasPrefix("CRYPT-\($0)-") }) { isEncrypted = true }
        if id.hasPrefix("CRYPT-INTEGRITY-") { keepsVersions = true }
        if id.hasPrefix("LVM-"), ["-real", "-cow", "-tpool"].contains(where: id.hasSuffix) { keepsVersions = true }
    }

    private static func kind(of place: String) -> Kind {
        let tellsNothing = ["/virtual/block/", "/virtio", "/vbd", "/xen", "/nbd", "/rbd"].contains(
            where: place.contains)
        guard !tellsNothing, let rotational = text("\(place)/queue/rotational") else { return .unseen }
        // Sticks and readers of cards rarely say that they are flash.
        let mayBeFlash = rotational != "1" || text("\(place)/removable") == "1" || place.contains("/usb")
        return mayBeFlash ? .flash : .magnetic
    }

    private static func text(_ path: String) -> String? {
        guard let bytes = try? FileDescriptor.openForReading(path: path).readAll(limit: 4096) else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
