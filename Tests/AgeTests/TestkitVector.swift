import Encodings
import Foundation
import TestSupport
import Testing

/// A file of the format's public test suite: fields, an empty line, and an age file, which may be compressed.
///
/// The suite is github.com/C2SP/CCTV, folder age/testdata, at 1e3d2860d46e94e777e1b17c7a6f2436387e3ecc, unchanged; its licence
/// allows copies without attribution.
struct TestkitVector: Sendable {
    let name: String
    let fields: [(key: String, value: String)]
    let file: [UInt8]

    func values(_ key: String) -> [String] { fields.filter { $0.key == key }.map(\.value) }

    func value(_ key: String) -> String? { values(key).first }

    static let all: [TestkitVector] = {
        let folder = Bundle.module.bundleURL.appendingPathComponent("testkit")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            (try? Data(contentsOf: folder.appendingPathComponent(name))).flatMap { vector(name, [UInt8]($0)) }
        }
    }()

    private static func vector(_ name: String, _ bytes: [UInt8]) -> TestkitVector? {
        var (fields, rest): ([(String, String)], ArraySlice<UInt8>) = ([], bytes[...])
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")), end > rest.startIndex {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            let key = line.prefix { $0 != ":" }
            fields.append((String(key), String(line.dropFirst(key.count + 2))))
            rest = rest[(end + 1)...]
        }
        let isCompressed = fields.contains { $0 == ("compressed", "zlib") }
        let file = Array(rest.dropFirst())
        return TestkitVector(name: name, fields: fields, file: isCompressed ? inflate(zlib: file) : file)
    }
}
