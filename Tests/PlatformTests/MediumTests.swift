import Foundation
import Platform
import TestSupport
import Testing

/// A folder that looks like /sys.
private final class Sys {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("sys")
        for folder in ["dev/block", "class/block", "devices"] { try scratch.makeFolder(folder) }
    }

    /// - Parameters:
    ///   - place: below /sys/devices.
    ///   - files: beside what every disk has.
    func add(_ place: String, _ minor: UInt64, on below: [String] = [], _ files: [String: String] = [:]) throws {
        let name = place.split(separator: "/").last.map(String.init) ?? ""
        try scratch.makeFolder("devices/\(place)/slaves")
        for (file, text) in files { try scratch.write(text + "\n", to: "devices/\(place)/\(file)") }
        try link("dev/block/8:\(minor)", to: "../../devices/\(place)")
        try link("class/block/\(name)", to: "../../devices/\(place)")
        for other in below { try link("devices/\(place)/slaves/\(other)", to: scratch.path("class/block/\(other)")) }
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: scratch.path(name), withDestinationPath: target)
    }

    func medium(_ minor: UInt64, source: String? = nil) throws -> Medium? {
        // As makedev packs them.
        Medium(device: 8 << 8 | minor, source: source, sys: scratch.path)
    }
}

@Suite("What a file system lies on")
struct MediumTests {
    @Test(
        "is told by the whole disk",
        arguments: [
            ("pci/ata1/block/sda", ["queue/rotational": "1", "removable": "0"], Medium.Kind.magnetic),
            ("pci/nvme/block/nvme0n1", ["queue/rotational": "0", "removable": "0"], .flash),
            ("platform/mmc0/block/mmcblk0", ["queue/rotational": "0", "removable": "0"], .flash),
            ("pci/usb1/host0/block/sdb", ["queue/rotational": "1", "removable": "0"], .flash),
            ("pci/ata1/block/sdc", ["queue/rotational": "1", "removable": "1"], .flash),
            ("pci/virtio1/block/vda", ["queue/rotational": "1", "removable": "0"], .unseen),
            ("virtual/block/zram0", ["queue/rotational": "0"], .unseen), ("pci/ata1/block/sdd", [:], .unseen),
        ])
    func kinds(_ place: String, _ files: [String: String], _ kind: Medium.Kind) throws {
        let sys = try Sys()
        try sys.add(place, 0, files)
        try sys.add(place + "/part1", 1, ["partition": "1"])
        for minor in 0...1 as ClosedRange<UInt64> {
            let medium = try #require(try sys.medium(minor))
            #expect(medium.kind == kind)
            #expect(!medium.isEncrypted && !medium.keepsVersions)
        }
        #expect(try sys.medium(2) == nil)
    }

    @Test("what lies on several is as bad as the worst of them")
    func worst() throws {
        let sys = try Sys()
        try sys.add("ata1/block/sda", 0, ["queue/rotational": "1"])
        try sys.add("mmc0/block/mmcblk0", 1, ["queue/rotational": "0"])
        try sys.add("virtual/block/dm-0", 2, on: ["mmcblk0"], ["dm/uuid": "CRYPT-LUKS2-0123-card"])
        try sys.add("virtual/block/dm-1", 3, on: ["sda"], ["dm/uuid": "CRYPT-LUKS2-4567-disk"])
        try sys.add("virtual/block/md0", 4, on: ["dm-0", "dm-1"])
        try sys.add("virtual/block/md1", 5, on: ["dm-1", "sda"])
        let both = try #require(try sys.medium(4))
        #expect(both.kind == .flash && both.isEncrypted)
        let one = try #require(try sys.medium(5))
        #expect(one.kind == .magnetic && !one.isEncrypted)
    }

    @Test("cryptsetup's mappings that encrypt nothing aren't taken for encrypted; what can't be looked at is the worst")
    func plaintext() throws {
        let sys = try Sys()
        try sys.add("ata1/block/sda", 0, ["queue/rotational": "1"])
        try sys.add("virtual/block/dm-0", 1, on: ["sda"], ["dm/uuid": "CRYPT-INTEGRITY-x-raid"])
        try sys.add("virtual/block/dm-1", 2, on: ["sda"], ["dm/uuid": "CRYPT-VERITY-x-root"])
        try sys.add("virtual/block/dm-2", 3, on: ["sda"], ["dm/uuid": "CRYPT-LUKS2-x-disk"])
        try sys.add("virtual/block/md0", 4, on: ["dm-2", "gone"])
        let integrity = try #require(try sys.medium(1))
        #expect(!integrity.isEncrypted && integrity.keepsVersions)
        #expect(try !#require(try sys.medium(2)).isEncrypted)
        let half = try #require(try sys.medium(4))
        #expect(half.kind == .unseen && !half.isEncrypted)
    }

    @Test("LVM's snapshots and thin volumes keep what was there")
    func versions() throws {
        let sys = try Sys()
        try sys.add("ata1/block/sda", 0, ["queue/rotational": "1"])
        try sys.add("virtual/block/dm-0", 1, on: ["sda"], ["dm/uuid": "LVM-abc-real"])
        try sys.add("virtual/block/dm-1", 2, on: ["dm-0"], ["dm/uuid": "LVM-abc"])
        try sys.add("virtual/block/dm-2", 3, on: ["sda"], ["dm/uuid": "LVM-def"])
        #expect(try #require(try sys.medium(2)).keepsVersions)
        #expect(try !#require(try sys.medium(3)).keepsVersions)
    }

    @Test("a device in a file names it, also below others")
    func loop() throws {
        let sys = try Sys()
        try sys.add("virtual/block/loop0", 0, ["loop/backing_file": "/card/image", "queue/rotational": "1"])
        try sys.add("virtual/block/dm-0", 1, on: ["loop0"], ["dm/uuid": "CRYPT-PLAIN-x"])
        #expect(try sys.medium(0)?.backingFile == "/card/image")
        let medium = try #require(try sys.medium(1))
        #expect(medium.backingFile == "/card/image" && medium.isEncrypted)
    }

    @Test("where the number is no device's, what was mounted tells")
    func source() throws {
        let scratch = try ScratchFolder("dev")
        let sys = try Sys()
        try sys.add("mmc0/block/mmcblk0", 0, ["queue/rotational": "0"])
        try scratch.write("", to: "mmcblk0")
        #expect(try sys.medium(9, source: scratch.path("mmcblk0"))?.name == "mmcblk0")
        #expect(try sys.medium(9, source: "none") == nil)
    }

    @Test("devices that lie on each other in a circle end nowhere")
    func circle() throws {
        let sys = try Sys()
        try sys.add("virtual/block/dm-0", 0, on: ["dm-1"])
        try sys.add("virtual/block/dm-1", 1, on: ["dm-0"])
        #expect(try #require(try sys.medium(0)).kind == .unseen)
    }
}
