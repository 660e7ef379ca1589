import CommandLine
import Platform
import TestSupport
import Testing

@Suite("Command line")
struct CommandLineParserTests {
    @Test(
        "a value is taken in every written form",
        arguments: [
            ["-w", "a b"], ["-wa b"], ["-w=a b"], ["--pwdfile", "a b"], ["--pwdfile=a b"], ["--pwdfilename", "a b"],
            ["--pwdfilename=a b"], ["--pwd", "a b"], ["--pwd=a b"], ["-ow", "a b"], ["-owa b"], ["-ow=a b"],
            ["-w", "first", "--pwdfile=second", "-w=a b"],
        ])
    func forms(_ arguments: [String]) throws {
        #expect(try Table.parse(arguments).string(of: Table.pwdfile) == "a b")
    }

    @Test("only one sign of equality is taken off, and only where the original's users write one")
    func equality() throws {
        #expect(try Table.parse(["-w==x"]).string(of: Table.pwdfile) == "=x")
        #expect(try Table.parse(["-w", "=x"]).string(of: Table.pwdfile) == "=x")
        #expect(try Table.parse(["--pwdfile==x"]).string(of: Table.pwdfile) == "=x")
        #expect(try Table.parse(["--pwdfile", "=x"]).string(of: Table.pwdfile) == "=x")
        #expect(try Table.parse(["-p==x"]).secretText(of: Table.password) == "=x")
        #expect(try Table.parse(["--password==x"]).secretText(of: Table.password) == "=x")
    }

    @Test(
        "yes and no, in capital and small letters",
        arguments: [
            ("y", true), ("Y", true), ("yes", true), ("YES", true), ("n", false), ("N", false), ("no", false),
            ("No", false),
        ])
    func yesNo(_ text: String, _ value: Bool) throws {
        for arguments in [["-d", text], ["-d=\(text)"], ["-d\(text)"], ["--deleteafterupload=\(text)"]] {
            #expect(try Table.parse(arguments).yesNo(of: Table.delete) == value)
        }
    }

    @Test("defaults hold where nothing is given, and given is told from default")
    func defaults() throws {
        let arguments = try Table.parse([])
        #expect(try arguments.integer(of: Table.port) == 443)
        #expect(try arguments.seconds(of: Table.interval) == 60)
        #expect(try arguments.permissions(of: Table.mode) == 0o600)
        #expect(try !arguments.yesNo(of: Table.delete))
        #expect(!arguments.flag(Table.once) && !arguments.isGiven(Table.port) && !arguments.isGiven(Table.password))
        #expect(arguments.optionalString(of: Table.pwdfile) == nil && arguments.secret(of: Table.password) == nil)
        #expect(try Table.parse(["--port", "443"]).isGiven(Table.port))
        #expect(throws: ProgramError.self) { try arguments.string(of: Table.pwdfile) }
    }

    @Test("typed values come as they are")
    func types() throws {
        let arguments = try Table.parse(["--port=8443", "--interval", "0.25", "--file-mode=640", "-oq"])
        #expect(try arguments.integer(of: Table.port) == 8443)
        #expect(try arguments.seconds(of: Table.interval) == 0.25)
        #expect(try arguments.permissions(of: Table.mode) == 0o640)
        #expect(arguments.flag(Table.once) && arguments.flag(Table.quiet))
        #expect(try arguments.size(of: Table.room) == 1 << 30)
        #expect(try Table.parse(["--room", "1536k"]).size(of: Table.room) == 1536 << 10)
    }

    @Test("an option that may be given several times has all its values, those of the configuration first")
    func repeated() throws {
        #expect(try Table.parse([]).strings(of: Table.skip) == [])
        #expect(try !Table.parse([]).isGiven(Table.skip))
        let scratch = try ScratchFolder("repeated")
        let config = try scratch.write("skip = a=b\nonce = y\nskip = \"c \"\n", to: "config")
        let arguments = try Table.parse(["--skip", "d", "--config", config, "--skip=e", "--skip", "d"])
        #expect(arguments.strings(of: Table.skip) == ["a=b", "c ", "d", "e", "d"])
        #expect(arguments.isGiven(Table.skip))
        #expect(throws: ProgramError.self) { try Table.parse(["--skip", ""]) }
    }

    /// The arguments, and what the one line says.
    static let wrong: [([String], String)] = [
        (["--nonsense"], "--nonsense"), (["--nonsense=hunter2"], "--nonsense"), (["-x"], "-x"), (["-ox"], "-x"),
        (["--p"], "--p may stand for --pwdfile or --port or --password"),
        (["--foldr", "x"], "did you mean --folder?"), (["--Folder=x"], "did you mean --folder?"),
        (["--pasword=hunter2"], "did you mean --password?"), (["--delete-after-upload=y"], "mean --deleteafterupload?"),
        (["--file_mode=600"], "did you mean --file-mode?"), (["--ocne"], "did you mean --once?"),
        (["-folder", "hunter2"], "an argument too many"),
        (["--once=y"], "--once takes no value"), (["--pwdfile"], "--pwdfile needs FILE"),
        (["-w"], "--pwdfile needs FILE"), (["--port", "0"], "--port takes a whole number from 1 to 65535"),
        (["--port", "65536"], "--port"), (["--port", "+1"], "--port"), (["--port", "1x"], "--port"),
        (["--port", ""], "--port"), (["--port", "99999999999999999999"], "--port"),
        (["-d", "maybe"], "--deleteafterupload"),
        (["-d", ""], "--deleteafterupload takes y or n"), (["--interval", "-1"], "--interval"),
        (["--interval", "inf"], "--interval"), (["--interval", "nan"], "--interval"),
        (["--interval", "0x1"], "--interval"),
        (["--interval", "1e400"], "--interval"), (["--interval", "."], "--interval"),
        (["--interval", ""], "--interval"),
        (["--interval", "1000000001"], "--interval takes seconds from 0 to 1000000000"),
        (["--file-mode", "888"], "--file-mode"), (["--file-mode", "1777"], "--file-mode"),
        (["--room", "0"], "--room takes bytes from 1 to 1T, also as in 500M or 2G"), (["--room", "1025G"], "--room"),
        (["--room", "1GB"], "--room"), (["--room", "-1"], "--room"), (["--room", "99999999T"], "--room"),
        (["--pwdfile="], "--pwdfile must not be empty"), (["-p", ""], "--password must not be empty"),
        (["-p="], "--password must not be empty"), (["hunter2"], "an argument too many"),
        (["-p", "a", "hunter2"], "an argument too many"), (["--", "--once"], "an argument too many"),
    ]

    @Test("what is wrong is said in one line that names it, and no value that may be a secret", arguments: wrong)
    func refused(_ arguments: [String], _ part: String) throws {
        let error = try #require(throws: ProgramError.self) { try Table.parse(arguments) }
        #expect(error.exitCode == .usage)
        #expect(error.message.contains(part) && error.message.hasSuffix("try --help"))
        #expect(!error.message.contains("\n") && !error.message.contains("hunter2"))
    }

    @Test("what resembles nothing is taken for nothing", arguments: ["--nonsense", "--xy", "--of", "--quiteanother"])
    func resemblesNothing(_ argument: String) throws {
        let error = try #require(throws: ProgramError.self) { try Table.parse([argument]) }
        #expect(!error.message.contains("did you mean"), "\(error.message)")
    }

    @Test("the name is the last of the path by which the program was started")
    func startedName() {
        let names = ["/usr/bin/tool", "tool", "./tool", "", "/", "a\nb"].map {
            Program.startedName(ArgumentVector([$0]), usual: "usual")
        }
        #expect(names == ["tool", "tool", "tool", "usual", "usual", "a\\nb"])
        #expect(Program.startedName(ArgumentVector([]), usual: "usual") == "usual")
    }

    @Test("what must be given is asked for")
    func required() {
        let error = #expect(throws: ProgramError.self) { try Table.parse(ArgumentVector(["try", "--once"])) }
        #expect(error == .usage("--folder FOLDER is missing"))
        for vector in [["try"], []] { #expect(throws: ProgramError.self) { try Table.parse(ArgumentVector(vector)) } }
    }

    @Test("a value that isn't UTF-8 is refused, not altered")
    func encoding() throws {
        let vector = ArgumentVector(bytes: [Array("try".utf8), Array("-f".utf8), [0x61, 0xff]])
        let error = #expect(throws: ProgramError.self) { try Table.parse(vector) }
        #expect(error?.message.contains("--folder") == true)
        let secret = ArgumentVector(bytes: ["try", "-f", "x", "-p"].map { Array($0.utf8) } + [[0xff, 0xfe]])
        #expect(try Table.parse(secret).secret(of: Table.password)?.count == 2)
    }

    @Test("control characters in a wrong option don't reach the terminal")
    func escapes() {
        let error = #expect(throws: ProgramError.self) { try Table.parse(["--\u{1b}[31m\nred"]) }
        #expect(error?.message.contains("\\x1b[31m\\nred") == true)
    }

    @Test(
        "help and version come before everything else",
        arguments: [["--help"], ["-h"], ["--nonsense", "--help"], ["--port=x", "-h"]])
    func help(_ arguments: [String]) throws {
        guard case .show(let text) = try Table.parser.parse(ArgumentVector(["try"] + arguments)) else {
            Issue.record("no help")
            return
        }
        #expect(text == Table.parser.helpText)
    }

    @Test("the version is the project's")
    func version() throws {
        guard case .show(let text) = try Table.parser.parse(ArgumentVector(["try", "--version"])) else {
            Issue.record("no version")
            return
        }
        #expect(text == "try \(Version.current)")
        #expect(Version.current.split(separator: ".").count == 3)
    }

    @Test("many can parse at a time")
    func threads() async throws {
        let values = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for number in 1...200 {
                group.addTask { (number, try Table.parse(["-o", "--port=\(number)", "-q"]).integer(of: Table.port)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(values.count == 200 && values.allSatisfy { $0 == $1 })
    }
}

@Suite("Secrets on the command line")
struct SecretArgumentTests {
    @Test(
        "the value is taken and overwritten where it stands",
        arguments: [
            ["-p", "hunter2"], ["-phunter2"], ["-p=hunter2"], ["--password", "hunter2"], ["--password=hunter2"],
            ["--pass=hunter2"], ["-op", "hunter2"], ["-ophunter2"], ["-p", "hunter2", "-p", "hunter2"],
        ])
    func taken(_ arguments: [String]) throws {
        let vector = ArgumentVector(["try", "-f", "x"] + arguments)
        #expect(try Table.parse(vector).secretText(of: Table.password) == "hunter2")
        #expect(!shown(vector).contains("h"))
        #expect(vector.argument(at: 2)?.bytes == Array("x".utf8))
    }

    @Test(
        "also when the rest is wrong, before or after it",
        arguments: [
            ["--nonsense", "-p", "hunter2"], ["-p", "hunter2", "--nonsense"], ["word", "-phunter2"],
            ["--once=y", "-p=hunter2"],
            ["-d", "maybe", "--password=hunter2"], ["--token", "hunter2", "--password"],
        ])
    func wrong(_ arguments: [String]) throws {
        let vector = ArgumentVector(["try"] + arguments)
        #expect(throws: ProgramError.self) { try Table.parse(vector) }
        #expect(!shown(vector).contains("hunter2"))
    }

    @Test("given twice, the last counts")
    func last() throws {
        #expect(try Table.parse(["-p", "a", "--password=b"]).secretText(of: Table.password) == "b")
    }

    @Test("it is never printed")
    func description() throws {
        let arguments = try Table.parse(["-p", "hunter2"])
        var dumped = ""
        dump(arguments, to: &dumped)
        for text in ["\(arguments)", String(reflecting: arguments), dumped] { #expect(!text.contains("hunter2")) }
    }

    private func shown(_ vector: ArgumentVector) -> String {
        (0..<vector.count).compactMap { vector.argument(at: $0)?.bytes }.map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: " ")
    }
}
