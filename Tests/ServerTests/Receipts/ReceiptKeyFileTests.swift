import Domain
import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import Receipts

@Suite("The receipt key's file")
struct ReceiptKeyFileTests {
    private let scratch: ScratchFolder
    private let file: ReceiptKeyFile

    init() throws {
        scratch = try ScratchFolder("receipt-key")
        file = try ReceiptKeyFile(path: scratch.path("key.pem"))
    }

    @Test("is made once, for its owner only, and then found again")
    func making() throws {
        #expect(try file.load() == nil)
        let made = try file.loadOrMake()
        #expect(try scratch.names(in: "") == ["key.pem"])
        #expect(try permissions() == 0o600)
        let again = try file.loadOrMake()
        #expect(again.key == made.key)
        #expect(again.predecessors.isEmpty)
        #expect(try scratch.names(in: "") == ["key.pem"])
    }

    @Test("a plain key of openssl's is taken as it is")
    func plainKey() throws {
        let made = try RunningProgram.run(
            "/usr/bin/env", ["openssl", "genpkey", "-algorithm", "ed25519", "-out", scratch.path("key.pem")])
        try #require(made.status == 0, "\(made.error)")
        try scratch.setPermissions(0o600, of: "key.pem")
        let before = try scratch.bytes(of: "key.pem")
        #expect(try file.loadOrMake().predecessors.isEmpty)
        #expect(try scratch.bytes(of: "key.pem") == before)
    }

    @Test("openssl reads it, predecessors and all")
    func openssl() throws {
        let keyring = try #require(try file.loadOrMake().renewed())
        try file.replace(with: keyring)
        let shown = try RunningProgram.run(
            "/usr/bin/env", ["openssl", "pkey", "-in", scratch.path("key.pem"), "-noout", "-text_pub"])
        #expect(shown.status == 0, "\(shown.error)")
        let digits = shown.output.filter { $0.isHexDigit && !$0.isUppercase }
        #expect(digits.contains(keyring.key.description))
    }

    @Test("keeps up to eight predecessors, the newest")
    func renewing() throws {
        var keyring = try file.loadOrMake()
        var keys = [keyring.key]
        for _ in 0..<10 {
            keyring = try #require(keyring.renewed())
            try file.replace(with: keyring)
            keys.insert(keyring.key, at: 0)
            let read = try #require(try file.load())
            #expect(read.key == keyring.key)
            #expect(read.predecessors == keyring.predecessors)
        }
        #expect(try permissions() == 0o600)
        #expect(try scratch.names(in: "") == ["key.pem"])
        #expect(keyring.predecessors.map(\.key) == Array(keys[1...8]))
        for key in keys[0...8] { #expect(key.leads(to: keyring.key, over: keyring.predecessors)) }
        for key in keys[9...] { #expect(!key.leads(to: keyring.key, over: keyring.predecessors)) }
    }

    @Test("renewed by root, it stays its owner's", .enabled(if: ProcessLimits.isRoot))
    func owner() throws {
        let old = try file.loadOrMake()
        let folder = try Directory.open(path: scratch.path)
        let name = try #require(FileName("key.pem"))
        try folder.open(name, .reading).setOwner(12_345, group: 12_346)
        try file.replace(with: try #require(old.renewed()))
        let status = try folder.status(of: name)
        #expect(status.owner == 12_345)
        #expect(status.permissions == 0o600)
    }

    @Test("what a killed server left is no key, and is cleared away")
    func leftover() throws {
        try scratch.write("half a k", to: "key.pem.new")
        _ = try file.loadOrMake()
        #expect(try scratch.names(in: "") == ["key.pem"])
    }

    @Test("is refused when others can use it", arguments: [0o640, 0o604, 0o660, 0o601])
    func permissions(_ permissions: Int) throws {
        _ = try file.loadOrMake()
        try scratch.setPermissions(permissions, of: "key.pem")
        #expect(throws: ReceiptKeyError.self) { try file.loadOrMake() }
        try scratch.setPermissions(0o400, of: "key.pem")
        #expect(throws: Never.self) { try file.loadOrMake() }
    }

    @Test("damaged anywhere, it is refused, never replaced")
    func damage() throws {
        try file.replace(with: try #require(try file.loadOrMake().renewed()))
        let whole = try scratch.bytes(of: "key.pem")
        var damaged = stride(from: 0, to: whole.count - 1, by: 7).map { Array(whole.prefix($0)) }
        let text = String(decoding: whole, as: UTF8.self)
        damaged += [
            text.replacing("predecessor: ", with: "predecessor: 0"), text.replacing("predecessor:", with: "other:"),
            text.replacing("\n-----END", with: "A\n-----END"), "nonsense\n" + text,
            try withWrongSignature(text),
        ].map { Array($0.utf8) }
        damaged.append([UInt8](repeating: 0, count: whole.count))
        damaged.append(whole + [UInt8](repeating: 0x23, count: ReceiptKeyring.largest))
        for content in damaged {
            try scratch.write(content, to: "key.pem")
            try scratch.setPermissions(0o600, of: "key.pem")
            #expect(throws: ReceiptKeyError.self) { try file.loadOrMake() }
            #expect(try scratch.bytes(of: "key.pem") == content)
        }
    }

    private func withWrongSignature(_ text: String) throws -> String {
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("predecessor: ") })
        let last = line.last == "0" ? "1" : "0"
        return text.replacing(line, with: line.dropLast() + last)
    }

    @Test("a folder, a pipe or a missing folder in its place is an error that says so")
    func strangeFiles() throws {
        try scratch.makeFolder("key.pem")
        #expect(throws: ReceiptKeyError.self) { try file.loadOrMake() }
        #expect(throws: ReceiptKeyError.self) { try ReceiptKeyFile(path: scratch.path("no/key.pem")) }
        #expect(throws: ReceiptKeyError.self) { try ReceiptKeyFile(path: "/") }
    }

    private func permissions() throws -> Int? {
        try scratch.permissions(of: "key.pem")
    }
}
