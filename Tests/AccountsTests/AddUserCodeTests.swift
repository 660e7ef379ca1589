import Accounts
import Domain
import Foundation
import Platform
import TestSupport
import Testing

import struct QRCodes.QRCode

/// `adduser --totp`.
@Suite("adduser and one-time codes")
struct AddUserCodeTests {
    private let scratch: ScratchFolder
    private let cheapest = ["--memory", "19456", "--iterations", "2", "--parallelism", "1"]

    init() throws {
        scratch = try ScratchFolder("adduser-codes")
    }

    private func adduser(_ arguments: String..., input: String = "") throws -> RunningProgram.Outcome {
        try RunningProgram.run(
            Binaries.adduser, ["-f", "users"] + arguments, folder: scratch.path, standardInput: input)
    }

    private func seed(of name: String) throws -> OneTimeSeed? {
        let file = PasswordFile(try scratch.bytes(of: "users"))
        return file.entry(for: try UserName(name))?.settings.seed
    }

    @Test("a new seed has 160 bits, and is shown once, as an address and as base32; no codes of QR for a program")
    func add() throws {
        let outcome = try RunningProgram.run(
            Binaries.adduser, ["-f", "users", "-u", "anna@cam", "--totp", "--force"] + cheapest, folder: scratch.path,
            standardInput: "correct horse\n")
        #expect(outcome.status == 0, "\(outcome.error)")
        let seed = try #require(try seed(of: "anna@cam"))
        #expect(seed.bytes.count == 20)
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(
            lines.contains("otpauth://totp/auto-upload:anna@cam?secret=\(seed.text)&issuer=auto-upload"))
        #expect(lines.contains("seed: \(seed.text)") && !outcome.output.contains("█"))
        #expect(!(try adduser("--list").output.contains(seed.text)))
    }

    @Test("an update gives another seed or takes it off, and leaves the password")
    func update() throws {
        try scratch.write("anna#JBSWY3DPEHPK3PXP#\(PasswordFileTests.cheap)\n", to: "users")
        let listed = try adduser("--list")
        #expect(listed.output == "anna\n" && listed.error.contains("80 bits"))
        #expect(try adduser("--update", "-u", "anna", "--totp").status == 0)
        #expect(try seed(of: "anna")?.bytes.count == 20)
        #expect(try adduser("--update", "-u", "anna", "--no-totp").status == 0)
        #expect(try scratch.text(of: "users") == "anna:\(PasswordFileTests.cheap)\n")
        #expect(try adduser("--update", "-u", "anna", "--totp", "--no-totp").status == 64)
    }

    private static let isReaderThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/zbarimg")

    @Test(
        "a camera reads the code from a dark terminal and from a light one",
        .enabled(if: isReaderThere, "zbarimg isn't there"), arguments: [0, 255])
    func scanned(_ background: UInt8) throws {
        let address = "otpauth://totp/auto-upload:anna?secret=\(String(repeating: "A2", count: 16))&issuer=auto-upload"
        let lines = try #require(QRCode(address)).terminalLines
        try Picture(of: lines, on: background).write(to: scratch.path("code.pgm"))
        let read = try RunningProgram.run("/usr/bin/zbarimg", ["-q", "--raw", scratch.path("code.pgm")])
        #expect(read.output == address + "\n", "\(read.error)")
    }
}

/// What a camera sees of a terminal, each character two squares high.
private struct Picture {
    private var rows: [[UInt8]]

    private static let scale = 4
    private static let margin = 10

    /// - Parameter background: of the terminal, 0 to 255.
    init(of lines: [String], on background: UInt8) throws {
        let modules = try lines.flatMap { line -> [[UInt8]] in
            // The line sets its own colours, white on black; what isn't within is the terminal's.
            let start = try #require(line.range(of: "\u{1b}[38;5;231;48;5;16m"))
            let end = try #require(line.range(of: "\u{1b}[0m"))
            let characters = line[start.upperBound..<end.lowerBound]
            return [characters.map { "█▀".contains($0) ? 255 : 0 }, characters.map { "█▄".contains($0) ? 255 : 0 }]
        }
        let side = [UInt8](repeating: background, count: Self.margin)
        let wide = modules.map { side + $0 + side }
        let empty = [[UInt8]](repeating: [UInt8](repeating: background, count: wide[0].count), count: Self.margin)
        rows = (empty + wide + empty).flatMap { row in
            let row = row.flatMap { [UInt8](repeating: $0, count: Self.scale) }
            return [[UInt8]](repeating: row, count: Self.scale)
        }
    }

    func write(to path: String) throws {
        let head = Data("P5 \(rows[0].count) \(rows.count) 255\n".utf8)
        try (head + Data(rows.flatMap(\.self))).write(to: URL(filePath: path))
    }
}
