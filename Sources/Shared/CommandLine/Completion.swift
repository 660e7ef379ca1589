/// A shell that completes what is typed.
package enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish
}

/// What can be given for an option.
private enum Candidates {
    case files, folders, words([String]), anything

    init(_ value: OptionValue) {
        guard let name = value.name else {
            self = .words([])
            return
        }
        if case .yesNo = value {
            self = .words(["y", "n"])
        } else if name.hasPrefix("FOLDER") {
            self = .folders
        } else if ["FILE", "PEM"].contains(name) {
            self = .files
        } else if name.contains("|"), name.allSatisfy({ $0.isLowercase || $0.isNumber || ".|".contains($0) }) {
            self = .words(name.split(separator: "|").map(String.init))
        } else {
            self = .anything
        }
    }
}

extension CommandLineParser {
    /// A script that has a shell complete options, commands and values.
    func completion(for shell: Shell) -> String {
        switch shell {
        case .bash: bashCompletion
        case .zsh: zshCompletion
        case .fish: fishCompletion
        }
    }

    private var function: String { "_" + program.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined() }

    /// The first words of the commands.
    private var firstWords: [String] {
        commands.reduce(into: []) { words, command in
            let word = String(command.name.prefix { $0 != " " })
            if !words.contains(word) { words.append(word) }
        }
    }

    /// What may follow a first word: the last words of its commands.
    private func secondWords(after word: String) -> [String] {
        commands.filter { $0.name.hasPrefix(word + " ") }.map { String($0.name.dropFirst(word.count + 1)) }
    }

    private func spellings(_ option: Option) -> [String] {
        option.names.map { "--\($0)" } + (option.letter.map { ["-\($0)"] } ?? [])
    }

    // MARK: bash

    private var bashCompletion: String {
        var lines = [
            "# bash completion for \(program)", "\(function)() {",
            "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}", "    case $prev in",
        ]
        for option in options where option.value.name != nil {
            let action =
                switch Candidates(option.value) {
                case .files: "compgen -f"
                case .folders: "compgen -d"
                case .words(let words): "compgen -W '\(words.joined(separator: " "))'"
                case .anything: ":"
                }
            lines.append(
                "        \(spellings(option).joined(separator: "|"))) mapfile -t COMPREPLY < <(\(action) -- \"$cur\"); return ;;"
            )
        }
        for word in firstWords where !secondWords(after: word).isEmpty {
            let words = secondWords(after: word).joined(separator: " ")
            lines.append("        \(word)) mapfile -t COMPREPLY < <(compgen -W '\(words)' -- \"$cur\"); return ;;")
        }
        let all = (options.map(\.written) + firstWords).joined(separator: " ")
        lines += [
            "    esac", "    mapfile -t COMPREPLY < <(compgen -W '\(all)' -- \"$cur\")", "}",
            "complete -o filenames -F \(function) \(program)",
        ]
        return lines.joined(separator: "\n")
    }

    // MARK: zsh

    private var zshCompletion: String {
        var lines = ["#compdef \(program)", "_arguments \\"]
        for option in options { lines += zshLines(option) }
        if !commands.isEmpty { lines.append("    '1:command:(\(firstWords.joined(separator: " ")))' \\") }
        lines.append("    '*:argument:_files'")
        return lines.joined(separator: "\n")
    }

    private func zshLines(_ option: Option) -> [String] {
        let action =
            switch Candidates(option.value) {
            case .files: ":\(option.value.name ?? ""):_files"
            case .folders: ":\(option.value.name ?? ""):_files -/"
            case .words(let words) where option.value.name != nil: ":value:(\(words.joined(separator: " ")))"
            case .words: ""
            case .anything: ":\(quoted(option.value.name ?? "")): "
            }
        let repeats = option.isRepeatable ? "*" : ""
        return spellings(option).map { "    '\(repeats)\($0)[\(quoted(option.help))]\(action)' \\" }
    }

    /// As it can stand within single quotes of a specification.
    private func quoted(_ text: String) -> String {
        text.map { character in
            switch character {
            case "'": "’"
            case "[", "]", ":", "\\", "\"", "`", "$", "(", ")": "\\\(character)"
            default: String(character)
            }
        }.joined()
    }

    // MARK: fish

    private var fishCompletion: String {
        var lines = ["# fish completion for \(program)", "complete -c \(program) -f"]
        for option in options {
            for (index, name) in option.names.enumerated() {
                let letter = index == 0 ? option.letter.map { " -s \($0)" } ?? "" : ""
                let help = option.help.replacing("'", with: "\\'")
                lines.append("complete -c \(program) -l \(name)\(letter)\(fishAction(option)) -d '\(help)'")
            }
        }
        for command in commands {
            let parts = command.name.split(separator: " ").map(String.init)
            let condition =
                parts.count == 1
                ? "__fish_use_subcommand" : "__fish_seen_subcommand_from \(parts[0])"
            let help = command.help.replacing("'", with: "\\'")
            lines.append("complete -c \(program) -n '\(condition)' -a \(parts.last ?? "") -d '\(help)'")
        }
        for word in firstWords where !secondWords(after: word).isEmpty {
            lines.append("complete -c \(program) -n __fish_use_subcommand -a \(word)")
        }
        return lines.joined(separator: "\n")
    }

    private func fishAction(_ option: Option) -> String {
        switch Candidates(option.value) {
        case .files: " -r -F"
        case .folders: " -r -a '(__fish_complete_directories)'"
        case .words(let words): option.value.name == nil ? "" : " -x -a '\(words.joined(separator: " "))'"
        case .anything: " -x"
        }
    }
}
