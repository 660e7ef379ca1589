extension CommandLineParser {
    private static let commentWidth = 100

    /// A configuration file with every option that can stand there, each in a comment with what it does and what holds without it.
    var configurationTemplate: String {
        var lines = ["# Options of \(program), a line each: name = value. What stands on the command line counts more."]
        for section in sections {
            let options = usualOptions.filter {
                $0.section == section && !$0.isForCommandLineOnly && !$0.value.isSecret
            }
            if options.isEmpty { continue }
            lines += ["", "## \(section)"]
            for option in options { lines += entry(inFile: option) }
        }
        return lines.joined(separator: "\n")
    }

    private func entry(inFile option: Option) -> [String] {
        var help = option.help
        if option.isRequired { help += " Required." }
        if option.isRepeatable { help += " May stand there several times." }
        if let value = option.value.name, option.defaultText != nil { help += " Takes \(value)." }
        let value = option.defaultText ?? option.value.name ?? "n"
        return [""] + wrapped(help, width: Self.commentWidth).map { "# \($0)" } + ["#\(option.name) = \(value)"]
    }
}
