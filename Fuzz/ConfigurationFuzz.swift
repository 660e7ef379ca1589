import CommandLine
import Platform

/// Takes the input as a configuration file. It must be refused, or give values that the table allows. Nothing may trap.
@c(LLVMFuzzerTestOneInput)
public func fuzzConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    do throws(ProgramError) {
        let (arguments, hasSecret) = try ConfigurationFile(options: options).parse(input[...], path: "fuzz")
        require(arguments.isGiven(secret) == hasSecret, "a secret came unnoticed")
        require(!arguments.isGiven(.config), "a configuration named another")
        check(arguments)
    } catch {
        require(error.exitCode == .configuration, "a wrong configuration has another code")
        require(
            error.message.contains("line ") && !error.message.contains("\n"), "a message isn't a line")
    }
    return 0
}

private func check(_ arguments: ParsedArguments) {
    if arguments.isGiven(port) {
        require((try? arguments.integer(of: port)).map((1...65535).contains) == true, "a port is out of its range")
    }
    if arguments.isGiven(wait) {
        require((try? arguments.seconds(of: wait)).map((0...1e9).contains) == true, "seconds are out of their range")
    }
    if arguments.isGiven(mode) {
        require(
            (try? arguments.permissions(of: mode)).map { $0 <= 0o777 } == true, "permissions out of range")
    }
    if arguments.isGiven(delete) { require((try? arguments.yesNo(of: delete)) != nil, "y or n is neither") }
    if arguments.isGiven(folder) { require(arguments.optionalString(of: folder)?.isEmpty == false, "a text is empty") }
}

private let folder = Option("folder", "directory", value: .text("FOLDER"), help: "")
private let port = Option("port", value: .integer("PORT", 1...65535), help: "")
private let delete = Option("delete", value: .yesNo, help: "")
private let secret = Option("password", value: .secret("PASSWORD"), help: "")
private let wait = Option("wait", value: .seconds(), help: "")
private let mode = Option("mode", value: .permissions, help: "")
private let once = Option("once", help: "")
private let options = [folder, port, delete, secret, wait, mode, once, .config]

private func require(_ condition: Bool, _ message: String) {
    if !condition { fatalError(message) }
}
