package import Platform

extension Option {
    /// How the log looks; a program that has it in its table calls `LogFormat.use` before the first line.
    package static let logFormat = Option(
        "log-format", value: .text("text|json"), defaultText: "text", section: "Running",
        help: "How the log looks: words, or an object of JSON in each line.")
}

extension LogFormat {
    package static func use(_ arguments: ParsedArguments) throws(ProgramError) {
        switch try arguments.string(of: .logFormat) {
        case "text": return
        case "json": useJSON()
        default: throw .usage("--log-format takes text or json")
        }
    }
}
