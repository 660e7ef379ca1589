import CommandLine
import Domain
import Encodings
import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import AutoUploadClient

@Suite("Configuration of the client")
struct ConfigurationTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("configuration")
    }

    private func configuration(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Configuration {
        let basics = ["auto-upload-client", "-s", "h", "-u", "u", "-f", "."]
        guard case .run(let parsed) = try Options.parser.parse(ArgumentVector(basics + arguments)) else {
            throw ProgramError("it shows something instead", exitCode: .software)
        }
        return try Configuration(parsed) { environment[$0] }
    }

    private func password(_ configuration: Configuration) -> String {
        configuration.password.bytes.withBytes { String(decoding: [UInt8](Span<UInt8>(_bytes: $0)), as: UTF8.self) }
    }

    @Test("the password comes from the option, the file, the environment, the configuration, in this order")
    func passwordOrder() throws {
        let file = try scratch.write("of the file\r\nsecond line\n", to: "password")
        let config = try scratch.write("password = of the configuration\n", to: "config")
        let environment = ["AUTO_UPLOAD_PASSWORD": "of the environment"]
        let sources = [
            (["-p", "of the option"], "of the option"), (["--password-file", file], "of the file"),
            ([], "of the environment"),
        ]
        for first in sources.indices {
            let arguments = sources[first...].flatMap(\.0) + ["--config", config]
            #expect(try password(configuration(arguments, environment: environment)) == sources[first].1)
        }
        #expect(try password(configuration(["--config", config])) == "of the configuration")
        let naming = try scratch.write("password-file = \(file)\npassword = no\n", to: "naming")
        #expect(try password(configuration(["--config", naming], environment: environment)) == "of the file")
    }

    @Test("what is deleted settles for longer, unless a person says otherwise")
    func settles() throws {
        let seconds = { (arguments: [String]) throws in try configuration(["-p", "x"] + arguments).settle.settleSeconds
        }
        #expect(try seconds([]) == 10)
        #expect(try seconds(["-d", "n"]) == 10)
        #expect(try seconds(["-d", "y"]) == 60)
        #expect(try seconds(["-d", "y", "--settle", "3"]) == 3)
    }

    @Test("patterns of names to hold and to ignore")
    func patterns() throws {
        let configuration = try configuration(
            ["-p", "x", "--hold", "*.tmp=0", "--hold", "a=b/=1.5", "--ignore", "*.thm", "--ignore", "proxy/"])
        #expect(configuration.holds.own.map(\.pattern.text) == ["*.tmp", "a=b/"])
        #expect(configuration.holds.own.map(\.seconds) == [0, 1.5])
        #expect(configuration.selection.ignored.map(\.text) == ["*.thm", "proxy/"])
        for wrong in [
            ["--hold", "*.tmp"], ["--hold", "*.tmp=soon"], ["--hold", "=5"], ["--hold", "a/b=5"], ["--ignore", "a/b"],
        ] {
            let error = #expect(throws: ProgramError.self) { try self.configuration(["-p", "x"] + wrong) }
            #expect(error?.exitCode == .usage)
            #expect(error?.message.contains(wrong[0]) == true)
        }
    }

    @Test("a password file that holds none is refused", arguments: ["", "\n", "\nsecret\n"])
    func emptyFile(_ content: String) throws {
        let file = try scratch.write(content, to: "password")
        #expect(throws: ProgramError.self) { try configuration(["--password-file", file]) }
    }

    @Test("a byte-order mark is no part of a password, and UTF-16 is told")
    func marks() throws {
        let file = try scratch.write("\u{feff}geheim\r\n", to: "password")
        #expect(try password(configuration(["--password-file", file])) == "geheim")
        for mark in [[0xff, 0xfe], [0xfe, 0xff]] as [[UInt8]] {
            let wide = try scratch.write(mark + [0x70, 0, 0x0a, 0], to: "wide")
            let error = try #require(throws: ProgramError.self) { try configuration(["--password-file", wide]) }
            #expect(error.exitCode == .configuration && error.message.contains("wide is UTF-16"))
        }
    }

    @Test("what names no server is refused with the reason, and what to write")
    func server() throws {
        let error = try #require(throws: ProgramError.self) { try configuration(["-p", "x", "-s", "::1:443"]) }
        #expect(error.exitCode == .usage && error.message.contains("--servername \"::1:443\" may mean two things"))
        #expect(error.message.contains("write [::1]:443 or [::1:443], with brackets"))
        #expect(try configuration(["-p", "x", "-s", "H."]).server.description == "h:443")
    }

    @Test("everything has its default, and the last of an option counts")
    func defaults() throws {
        let plain = try configuration(["-p", "x"])
        #expect((plain.intervalSeconds, plain.once, plain.deletes) == (60, false, false))
        #expect(plain.settle == SettleRules(settleSeconds: 10, settleUnknownSeconds: 120))
        #expect(plain.trust.minimumTLS == .tls13)
        #expect(plain.server.description == "h:443")
        let other = try configuration([
            "-p", "x", "-d=y", "--deleteafterupload=n", "-d", "y", "--encrypt=n", "--interval", "2", "--prefix", "a/b",
            "--tls-minimum", "1.2", "-i=lo", "--once",
        ])
        #expect((other.intervalSeconds, other.once, other.deletes) == (2, true, true))
        #expect(other.trust.minimumTLS == .tls12)
        #expect(other.prefix?.description == "a/b")
        #expect(other.interfaces == ["lo"])
    }
}
