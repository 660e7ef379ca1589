package import Platform

/// What was looked at, point by point: each is told at once, and the first that failed says how the program ends.
package final class Checklist {
    package private(set) var exitCode = ExitCode.success
    private let show: (String) -> Void

    package init(show: @escaping (String) -> Void = printOutput) {
        self.show = show
    }

    package func passed(_ point: String, _ text: String) {
        tell("ok", point, text)
    }

    /// It works, but not as it might be wished.
    ///
    /// - Parameter advice: what to do about it.
    package func warning(_ point: String, _ text: String, _ advice: String = "") {
        tell("warning", point, text, advice)
    }

    package func failed(_ point: String, _ text: String, _ advice: String = "", _ code: ExitCode) {
        if exitCode == .success { exitCode = code }
        tell("FAILED", point, text, advice)
    }

    package func untried(_ point: String) {
        tell("-", point, "not tried, for what stands above")
    }

    private func tell(_ mark: String, _ point: String, _ text: String, _ advice: String = "") {
        show(Self.padded(mark, 8) + Self.padded(point, 12) + text)
        if !advice.isEmpty { show(Self.padded("", 20) + "-> " + advice) }
    }

    private static func padded(_ text: String, _ columns: Int) -> String {
        text + String(repeating: " ", count: max(1, columns - text.count))
    }
}
