import Platform
import Testing

@testable import CommandLine

private let folder = Option("folder", letter: "f", value: .text("FOLDER"), isRequired: true, help: "Store in FOLDER.")
private let port = Option("port", value: .integer("PORT", 1...65535), defaultText: "443", help: "Listen on PORT.")
private let delete = Option("deleteafterupload", letter: "d", value: .yesNo, defaultText: "n", help: "Wipe.")
private let password = Option("password", letter: "p", value: .secret("PASSWORD"), help: "The password.")
private let once = Option("once", help: "A single pass. It waits out the settle time for files that need it; what is still changing or open stays.")
private let parser = CommandLineParser(program: "try", summary: "Tries.", options: [folder, port, delete, password, once, .config])

@Test func smoke() throws {
    guard case .run(let a) = try parser.parse(ArgumentVector(["try", "-f", "x", "-d=y", "-p=sec", "--once", "--port=3"])) else { return }
    #expect(try a.string(of: folder) == "x")
    #expect(try a.yesNo(of: delete))
    #expect(try a.integer(of: port) == 3)
    #expect(a.flag(once))
    print(parser.helpText)
    for bad in [["-x"], ["--fo"], ["--bad=x"], ["--once=1"], ["y"], ["-f", "a", "--", "-q"], ["-f", "f", "--port", "99999"], ["--", "q"], [], ["-d=maybe"]] {
        do { _ = try parser.parse(ArgumentVector(["try"] + bad)); print(bad, "ok") } catch { print(bad, error) }
    }
}
