internal import Platform

extension CommandLineParser {
    private static let width = 80
    /// Where the explanations begin.
    private static let column = 32
    private static let statusColumn = 8
    /// Between what must stay in a line: the space that breaks none.
    private static let unbreakable: Character = "\u{a0}"

    /// The text of `--help`, without a closing end of line.
    package var helpText: String {
        var lines = usage("Usage: ", [], options.filter(\.isRequired))
        for command in commands { lines += usage("   or: ", [command.name] + command.shownOperands, command.required) }
        lines += [""] + wrapped(summary)
        if !commands.isEmpty { lines += ["", "Commands:"] + commands.flatMap(entry) }
        for section in sections {
            lines += ["", "\(section):"]
            for option in options where option.section == section { lines += entry(option) }
        }
        if !exitCodes.isEmpty {
            lines += ["", "Exit status:"]
            lines += exitCodes.flatMap { hanging("  \($0.code.rawValue)", $0.meaning, column: Self.statusColumn) }
        }
        return lines.joined(separator: "\n")
    }

    /// - Parameter mark: as wide as what lines begin with that go on.
    private func usage(_ mark: String, _ words: [String], _ required: [Option]) -> [String] {
        let options = required.map { option in
            let name = option.letter.map { "-\($0)" } ?? option.written
            return option.value.name.map { "\(name)\(Self.unbreakable)\($0)" } ?? name
        }
        let text = ([program] + words + options + ["[OPTION]..."]).joined(separator: " ")
        let lines = wrapped(text, width: Self.width - mark.count, hanging: program.count + 1)
        return lines.enumerated().map { index, line in
            let text = String(line.map { $0 == Self.unbreakable ? " " : $0 })
            return (index == 0 ? mark : String(repeating: " ", count: mark.count)) + text
        }
    }

    /// In the order in which the table first names them.
    var sections: [String] {
        options.reduce(into: []) { sections, option in
            if !sections.contains(option.section) { sections.append(option.section) }
        }
    }

    private func entry(_ option: Option) -> [String] {
        let letter = option.letter.map { "-\($0), " } ?? "    "
        let heading = "  \(letter)\(option.written)" + (option.value.name.map { " \($0)" } ?? "")
        return entry(heading, explanation(option))
    }

    private func entry(_ command: Command) -> [String] {
        entry((["  \(command.name)"] + command.shownOperands).joined(separator: " "), command.help)
    }

    private func entry(_ heading: String, _ explanation: String) -> [String] {
        hanging(heading, explanation, column: Self.column)
    }

    private func hanging(_ heading: String, _ explanation: String, column: Int) -> [String] {
        let indented = wrapped(explanation, width: Self.width - column).map {
            String(repeating: " ", count: column) + $0
        }
        guard heading.count < column - 1, let first = indented.first else { return [heading] + indented }
        return [heading + first.dropFirst(heading.count)] + indented.dropFirst()
    }

    private func explanation(_ option: Option) -> String {
        var text = option.help
        let aliases = option.names.dropFirst().map { "--\($0)" }
        if !aliases.isEmpty { text += " Also \(aliases.joined(separator: ", "))." }
        if option.isRepeatable { text += " May be given several times." }
        if let defaultText = option.defaultText { text += " Default: \(defaultText)." }
        return text
    }
}

/// Breaks text between words.
///
/// - Parameter hanging: the indentation of the lines after the first.
func wrapped(_ text: String, width: Int = 80, hanging: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > width {
            lines.append(line)
            line = String(repeating: " ", count: hanging) + word
        } else {
            line += line.isEmpty ? String(word) : " \(word)"
        }
    }
    return lines + [line]
}

extension Command {
    fileprivate var shownOperands: [String] {
        repeatsOperand ? operands.dropLast() + operands.suffix(1).map { "\($0)..." } : operands
    }
}
