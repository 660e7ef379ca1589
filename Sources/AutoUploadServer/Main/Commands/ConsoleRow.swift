import CommandLine
import Encodings
import Platform

/// A line of what a command answers, for people and programs.
struct ConsoleRow {
    private var cells: [String] = []
    private var object = JSONText()

    /// - Parameter text: as it is; where it isn't UTF-8, or would steer a terminal, it is escaped.
    mutating func add(_ name: String, bytes: [UInt8]) {
        cells.append(escaped(bytes))
        object.add(name, String(validating: bytes, as: UTF8.self) ?? escaped(bytes))
    }

    mutating func add(_ name: String, _ text: String?) {
        cells.append(text.map { escaped($0) } ?? "-")
        object.add(name, text)
    }

    mutating func add(_ name: String, _ number: (some BinaryInteger)?) {
        cells.append(number.map { String($0) } ?? "-")
        object.add(name, number)
    }

    /// - Parameter time: Unix seconds.
    mutating func add(_ name: String, time: Int64?) {
        add(name, time.map { utcText($0) })
    }

    func print(_ arguments: ParsedArguments) {
        printOutput(arguments.flag(ConsoleCommand.json) ? object.text : cells.joined(separator: "\t"))
    }
}
