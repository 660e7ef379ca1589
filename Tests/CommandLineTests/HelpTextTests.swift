import CommandLine
import Platform
import Testing

@Suite("Help")
struct HelpTextTests {
    private let text = Table.parser.helpText

    @Test("it is as it is meant to be")
    func whole() {
        let parser = CommandLineParser(
            program: "try", summary: "Tries things.",
            options: [
                Option("folder", letter: "f", value: .text("FOLDER"), isRequired: true, help: "Store in FOLDER."),
                Option(
                    "port", "portnumber", value: .integer("PORT", 1...9), defaultText: "4", section: "Network",
                    help: "Listen on PORT, which is explained here at such length that it takes two lines."),
                Option("a-name-as-long-as-that", value: .text("AND-A-VALUE"), section: "Network", help: "Long."),
            ],
            exitCodes: [
                .success: "Done.",
                .temporaryFailure:
                    "Not now, for a reason that is explained here at such length that it takes two lines.",
            ])
        #expect(
            parser.helpText == """
                Usage: try -f FOLDER [OPTION]...

                Tries things.

                Options:
                  -f, --folder FOLDER           Store in FOLDER.

                Network:
                      --port PORT               Listen on PORT, which is explained here at such
                                                length that it takes two lines. Also
                                                --portnumber. Default: 4.
                      --a-name-as-long-as-that AND-A-VALUE
                                                Long.

                Other:
                      --completion bash|zsh|fish
                                                Show a script that has a shell complete options
                                                and commands, and exit.
                  -h, --help                    Show this help and exit.
                      --version                 Show the version and exit.

                Exit status:
                  0     Done.
                  75    Not now, for a reason that is explained here at such length that it
                        takes two lines.
                """)
    }

    @Test("no line is wider than 80 columns, and none ends in spaces")
    func width() {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.count <= 80)
            #expect(!line.hasSuffix(" "))
        }
    }

    @Test("every option stands in it")
    func complete() {
        for option in Table.parser.options { #expect(text.contains(option.written)) }
    }
}
