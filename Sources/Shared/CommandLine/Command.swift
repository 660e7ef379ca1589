/// Something that a program does instead of its usual work, named by the first argument that belongs to no option, or the first two.
package struct Command: Sendable {
    /// One word, or two with a space between.
    package let name: String
    /// What must stand behind the name, each by the word that `--help` shows.
    package let operands: [String]
    /// Whether more of the last may follow.
    package let repeatsOperand: Bool
    /// What it can't do without; options that only the usual work needs are not asked for.
    package let required: [Option]
    /// Options that nothing but commands takes, and no configuration file.
    package let options: [Option]
    /// What it does, in a sentence or two.
    package let help: String

    package init(
        _ name: String, operands: [String] = [], repeatsOperand: Bool = false, required: [Option] = [],
        options: [Option] = [],
        help: String
    ) {
        self.name = name
        self.operands = operands
        self.repeatsOperand = repeatsOperand
        self.required = required
        self.options = options
        self.help = help
    }
}
