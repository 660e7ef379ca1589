import CommandLine
import Platform
import TestSupport
import Testing

/// What a program does instead of its usual work.
@Suite("Commands")
struct CommandTests {
    private static let key = Option("key", value: .text("HEX"), section: "For verify", help: "The key.")

    private static let long = Option("long", section: "For keys", help: "At length.")

    private static let parser = CommandLineParser(
        program: "try", summary: "Tries.", options: [Table.folder, Table.pwdfile, Table.once, .config],
        commands: [
            Command("renew", required: [Table.pwdfile], help: "Renews."),
            Command("verify", operands: ["RECEIPT", "FILE"], options: [key], help: "Verifies FILE."),
        ])

    private static let wordy = CommandLineParser(
        program: "try", summary: "Tries.", options: [Table.pwdfile],
        commands: [
            Command("keys list", options: [long], help: "Lists keys."),
            Command("keys add", operands: ["KEY"], options: [long], help: "Adds KEY."),
            Command("renew", help: "Renews."),
        ])

    private func parse(_ arguments: String...) throws -> ParsedArguments {
        guard case .run(let parsed) = try Self.parser.parse(ArgumentVector(["try"] + arguments)) else {
            throw ProgramError("help", exitCode: .success)
        }
        return parsed
    }

    @Test("a command and its operands are taken wherever they stand between the options")
    func taken() throws {
        let arguments = try parse("--once", "verify", "-w", "x", "a", "--key", "b", "--", "--file")
        #expect(arguments.command?.name == "verify")
        #expect(arguments.operands == ["a", "--file"])
        #expect(arguments.flag(Table.once))
        #expect(try arguments.string(of: Self.key) == "b")
        #expect(try parse("-f", "x").command == nil)
    }

    @Test("a command asks for what it needs, not for what the usual work needs")
    func required() throws {
        #expect(try parse("renew", "-w", "x").command?.name == "renew")
        #expect(throws: ProgramError.usage("--pwdfile FILE is missing")) { try parse("renew", "-f", "x") }
        #expect(throws: ProgramError.usage("--folder FOLDER is missing")) { try parse("-w", "x") }
    }

    @Test("a command may have two words, and share its options with others")
    func twoWords() throws {
        func parse(_ arguments: String...) throws -> ParsedArguments {
            guard case .run(let parsed) = try Self.wordy.parse(ArgumentVector(["try"] + arguments)) else {
                throw ProgramError("help", exitCode: .success)
            }
            return parsed
        }
        let arguments = try parse("keys", "--long", "add", "list")
        #expect(arguments.command?.name == "keys add" && arguments.operands == ["list"] && arguments.flag(Self.long))
        #expect(try parse("keys", "list", "--long").command?.name == "keys list")
        #expect(throws: ProgramError.usage("keys needs one of: list, add")) { try parse("keys") }
        #expect(throws: ProgramError.self) { try parse("keys", "remove") }
        #expect(throws: ProgramError.self) { try parse("keys", "verify", "a", "b") }
        #expect(throws: ProgramError.usage("--long belongs to the command keys list")) { try parse("renew", "--long") }
    }

    @Test("operands that are missing or too many are told")
    func operands() {
        #expect(throws: ProgramError.usage("verify needs RECEIPT")) { try parse("verify") }
        #expect(throws: ProgramError.usage("verify needs FILE")) { try parse("verify", "a") }
        for arguments in [["verify", "a", "b", "hunter2"], ["renew", "-w", "x", "hunter2"], ["hunter2"]] {
            let error = #expect(throws: ProgramError.self) {
                try Self.parser.parse(ArgumentVector(["try"] + arguments))
            }
            #expect(error?.message.contains("an argument too many") == true)
            #expect(error?.message.contains("hunter2") == false)
        }
    }

    @Test("an option of a command is refused without it, and in a configuration")
    func ownOptions() throws {
        let expected = ProgramError.usage("--key belongs to the command verify")
        #expect(throws: expected) { try parse("-f", "x", "--key", "b") }
        #expect(throws: expected) { try parse("renew", "-w", "x", "--key", "b") }
        let scratch = try ScratchFolder("commands")
        let file = try scratch.write("key = b\n", to: "conf")
        #expect(throws: ProgramError.self) { try parse("verify", "a", "b", "--config", file) }
    }

    @Test("a configuration for the usual work serves a command too")
    func configuration() throws {
        let scratch = try ScratchFolder("commands")
        let file = try scratch.write("folder = here\npwdfile = users\n", to: "conf")
        let arguments = try parse("renew", "--config", file)
        #expect(try arguments.string(of: Table.folder) == "here")
    }

    @Test("--help shows them")
    func help() {
        #expect(
            Self.parser.helpText.hasPrefix(
                """
                Usage: try -f FOLDER [OPTION]...
                   or: try renew -w FILE [OPTION]...
                   or: try verify RECEIPT FILE [OPTION]...

                Tries.

                Commands:
                  renew                         Renews.
                  verify RECEIPT FILE           Verifies FILE.

                Options:
                """))
        #expect(Self.parser.helpText.contains("For verify:\n      --key HEX "))
    }
}
