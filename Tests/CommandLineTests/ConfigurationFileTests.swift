import CommandLine
import Platform
import TestSupport
import Testing

@Suite("Configuration file")
struct ConfigurationFileTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("configuration")
    }

    /// What `try -f x --config FILE` and these arguments say.
    private func parse(_ text: String, _ arguments: [String] = [], permissions: Int = 0o600) throws -> ParsedArguments {
        let path = try scratch.write(text, to: "try.conf", permissions: permissions)
        return try Table.parse(["--config", path] + arguments)
    }

    @Test("every option can stand in it, by any of its long names")
    func values() throws {
        let arguments = try parse(
            """
            # A comment, and a blank line

            port = 8443
            pwdfilename=/etc/users
              deleteafterupload =  YES \t
            password = a b = c # d
            token = " with spaces "
            once = y
            quiet = n
            interval = 0.5\r
            file-mode = 640
            """)
        #expect(try arguments.integer(of: Table.port) == 8443)
        #expect(try arguments.string(of: Table.pwdfile) == "/etc/users")
        #expect(try arguments.yesNo(of: Table.delete))
        #expect(arguments.secretText(of: Table.password) == "a b = c # d")
        #expect(arguments.secretText(of: Table.token) == " with spaces ")
        #expect(arguments.flag(Table.once) && !arguments.flag(Table.quiet))
        #expect(try arguments.seconds(of: Table.interval) == 0.5)
        #expect(try arguments.permissions(of: Table.mode) == 0o640)
    }

    @Test("what is required may stand in it alone")
    func required() throws {
        let path = try scratch.write("folder = y\n", to: "try.conf")
        let arguments = try Table.parse(ArgumentVector(["try", "--config=\(path)"]))
        #expect(try arguments.string(of: Table.folder) == "y")
    }

    @Test("the command line counts more, wherever it names the file")
    func precedence() throws {
        let text = "port = 1\npassword = file\nonce = n\ninterval = 5\n"
        let arguments = try parse(text, ["--port", "2", "-p", "line", "--once"])
        #expect(try arguments.integer(of: Table.port) == 2)
        #expect(arguments.secretText(of: Table.password) == "line")
        #expect(arguments.flag(Table.once))
        #expect(try arguments.seconds(of: Table.interval) == 5)
        let first = try Table.parse(["--port", "2", "--config", scratch.path("try.conf")])
        #expect(try first.integer(of: Table.port) == 2)
    }

    @Test("a name that stands there twice counts as it stands last")
    func twice() throws {
        #expect(try parse("port = 1\nport = 2").integer(of: Table.port) == 2)
    }

    @Test(
        "what is wrong is named with file and line, and without its value",
        arguments: [
            ("port 443", "name = value"), ("hunter2", "name = value"), ("= x", "no option"),
            ("colour = hunter2", "colour"),
            ("p = hunter2", "\"p\"; did you mean password?"), ("--port = 1", "\"--port\"; did you mean port?"),
            ("Port = 1", "\"Port\"; did you mean port?"), ("fodler = hunter2", "did you mean folder?"),
            ("port = hunter2", "port takes"),
            ("port =", "port takes"), ("once", "name = value"), ("once = hunter2", "once takes y or n"),
            ("once =", "once takes y or n"), ("password =", "password must not be empty"),
            ("password = \"\"", "password must not be empty"), ("pwdfile = a\u{0}b", "NUL"),
            ("password = a\u{0}b", "NUL"),
            ("config = other", "command line only"), ("help = y", "command line only"),
            ("version = y", "command line only"),
        ])
    func wrong(_ line: String, _ part: String) throws {
        let error = try #require(throws: ProgramError.self) { try parse("# first\n\n\(line)\nonce = y\n") }
        #expect(error.exitCode == .configuration)
        #expect(error.message.contains(scratch.path("try.conf")) && error.message.contains("line 3: "))
        #expect(error.message.contains(part))
        #expect(!error.message.contains("hunter2") && !error.message.contains("\n"))
    }

    @Test("a file with a secret must not be for everybody", arguments: [0o604, 0o644, 0o602, 0o601, 0o777])
    func permissions(_ permissions: Int) throws {
        let error = try #require(throws: ProgramError.self) { try parse("password = x", permissions: permissions) }
        #expect(error.exitCode == .configuration)
        #expect(error.message.contains("chmod o="))
        #expect(try parse("port = 1", permissions: permissions).integer(of: Table.port) == 1)
        #expect(try parse("password = x", permissions: 0o640).secretText(of: Table.password) == "x")
    }

    @Test("a file that isn't there, and one that is too large, are named")
    func unreadable() throws {
        let path = scratch.path("none")
        let missing = try #require(throws: ProgramError.self) { try Table.parse(["--config", path]) }
        #expect(missing.exitCode == .noInput)
        #expect(missing.message.contains(path) && missing.message.contains("No such file"))
        let comment = String(repeating: "#", count: 64 * 1024)
        #expect(throws: Never.self) { try parse(comment) }
        let large = try #require(throws: ProgramError.self) { try parse(comment + "#") }
        #expect(large.exitCode == .configuration && large.message.contains("64 KiB"))
        let folder = scratch.path
        let isFolder = try #require(throws: ProgramError.self) { try Table.parse(["--config", folder]) }
        #expect(isFolder.exitCode == .configuration && isFolder.message.contains("\(folder) is a folder"))
    }

    @Test("a byte-order mark is no part of the first line")
    func byteOrderMark() throws {
        #expect(try parse("\u{feff}port = 8443\nonce = y\n").integer(of: Table.port) == 8443)
        #expect(try parse("\u{feff}# a comment\nport = 2\n").integer(of: Table.port) == 2)
    }

    @Test(
        "UTF-16 is told from an error in the first line", arguments: [[0xff, 0xfe, 0x70, 0], [0xfe, 0xff, 0, 0x70]])
    func utf16(_ content: [UInt8]) throws {
        let path = try scratch.write(content, to: "try.conf")
        let error = try #require(throws: ProgramError.self) { try Table.parse(["--config", path]) }
        #expect(error.exitCode == .configuration && error.message.contains("\(path) is UTF-16"))
    }

    @Test("help needs no configuration that is right")
    func help() throws {
        let path = try scratch.write("nonsense", to: "try.conf")
        guard case .show = try Table.parser.parse(ArgumentVector(["try", "--config", path, "--help"])) else {
            Issue.record("no help")
            return
        }
    }
}
