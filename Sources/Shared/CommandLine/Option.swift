internal import Platform

/// An option of a program, declared once: parsing, `--help`, the configuration file and the manual all come from it.
package struct Option: Sendable {
    /// The long names without hyphens. The first is the one that is shown; all can be used, also in a configuration file.
    package let names: [String]
    /// An ASCII letter or digit.
    package let letter: Character?
    package let value: OptionValue
    /// What holds when the option isn't given, written as on a command line.
    package let defaultText: String?
    /// Whether it may be given several times, each with a value of its own, rather than only the last one counting.
    package let isRepeatable: Bool
    /// Whether the program can't start without it.
    package let isRequired: Bool
    /// Whether it is about one start, so that it has no place in a configuration file.
    package let isForCommandLineOnly: Bool
    /// The heading in `--help`.
    package let section: String
    /// What it does, in a sentence or two.
    package let help: String

    package init(
        _ names: String..., letter: Character? = nil, value: OptionValue = .flag, defaultText: String? = nil,
        isRepeatable: Bool = false, isRequired: Bool = false, isForCommandLineOnly: Bool = false,
        section: String = "Options", help: String
    ) {
        self.names = names
        self.letter = letter
        self.value = value
        self.defaultText = defaultText
        self.isRepeatable = isRepeatable
        self.isRequired = isRequired
        self.isForCommandLineOnly = isForCommandLineOnly
        self.section = section
        self.help = help
    }

    /// The name that stands for it.
    package var name: String { names.first ?? "" }

    /// As it is shown in messages: `--port`.
    package var written: String { "--\(name)" }
}

/// What an option takes. The names are shown in `--help`.
package enum OptionValue: Sendable {
    /// Nothing: the option is there or it isn't. In a configuration file it takes y or n.
    case flag
    case text(String)
    /// Text that may be empty.
    case anyText(String)
    /// Kept out of copies, `ps` and messages.
    case secret(String)
    /// y, yes, n or no, in capital or small letters.
    case yesNo
    case integer(String, ClosedRange<Int>)
    /// A decimal number, fractions allowed.
    case seconds(ClosedRange<Double> = 0...1_000_000_000)
    /// Bytes, also in units of K, M, G and T (1024 and its powers).
    case size(ClosedRange<UInt64> = 0...UInt64(Int64.max))
    /// Permission bits in octal, such as 640.
    case permissions

    package var name: String? {
        switch self {
        case .flag: nil
        case .text(let name), .anyText(let name), .secret(let name), .integer(let name, _): name
        case .yesNo: "y|N"
        case .seconds: "SECONDS"
        case .size: "SIZE"
        case .permissions: "MODE"
        }
    }

    var isSecret: Bool {
        if case .secret = self { true } else { false }
    }

    /// What is wrong with a value, in words that follow the option's name; nil when nothing is.
    func complaint(about text: String) -> String? {
        switch self {
        case .anyText: nil
        case .flag, .yesNo: yesNoValue(text) == nil ? "takes y or n" : nil
        case .text, .secret: text.isEmpty ? "must not be empty" : nil
        case .integer(_, let range):
            integerValue(text).map(range.contains) == true
                ? nil : "takes a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .seconds(let range):
            secondsValue(text).map(range.contains) == true
                ? nil : "takes seconds from \(shown(range.lowerBound)) to \(shown(range.upperBound))"
        case .size(let range):
            byteCount(text.utf8).map(range.contains) == true
                ? nil
                : "takes bytes from \(byteCountText(range.lowerBound)) to \(byteCountText(range.upperBound)), also as in 500M or 2G"
        case .permissions: permissionsValue(text) == nil ? "takes permissions in octal, such as 640" : nil
        }
    }
}

// MARK: - Reading values

func yesNoValue(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "y", "yes": true
    case "n", "no": false
    default: nil
    }
}

func integerValue(_ text: String) -> Int? {
    text.hasPrefix("+") ? nil : Int(text)
}

package func secondsValue(_ text: String) -> Double? {
    // Double(_:) alone would also take "inf", "nan" and hexadecimal.
    text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") } ? Double(text) : nil
}

func permissionsValue(_ text: String) -> UInt32? {
    guard let bits = UInt32(text, radix: 8), !text.hasPrefix("+"), bits <= 0o777 else { return nil }
    return bits
}

private func shown(_ seconds: Double) -> String {
    Int(exactly: seconds).map(String.init) ?? String(seconds)
}
