internal import Synchronization

/// How the lines of the log look: words for people, or an object of JSON each, for programs.
package enum LogFormat {
    private static let format = Atomic(false)

    package static var isJSON: Bool { format.load(ordering: .relaxed) }

    /// To be called before the first line is made.
    package static func useJSON() {
        format.store(true, ordering: .relaxed)
    }
}
