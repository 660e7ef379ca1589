package import Platform
import SQLite

/// Which files are asked for, and in which order.
package struct FileQuery: Hashable, Sendable {
    package enum Scope: Hashable, Sendable {
        case everything
        /// All that a user has.
        case user(FileName)
        /// What lies directly in a folder, by its path from the user's folder on; empty: that itself.
        case folder([UInt8], of: FileName)
    }

    package enum Order: String, Hashable, Sendable, CaseIterable {
        /// By user, folder and name, each byte by byte.
        case name
        case size
        /// When they were stored.
        case time
    }

    package var scope: Scope
    package var order = Order.time
    package var isDescending = false
    /// A part of the name, without regard to capital letters. From three characters on it is looked up, else looked for.
    package var text: String?
    /// Unix seconds.
    package var stored: ClosedRange<Int64>?
    /// Bytes.
    package var sizes: ClosedRange<UInt64>?
    /// Nil: from the first one on.
    package var after: ListPosition?
    package var limit = 100

    package static let limits = 1...1000

    package init(_ scope: Scope) {
        self.scope = scope
    }
}

// MARK: - As SQL

/// A part of a statement, with what stands for its question marks.
struct SQLPart {
    var text: String
    var values: [SQLiteValue] = []

    static func + (left: SQLPart, right: SQLPart) -> SQLPart {
        SQLPart(text: left.text + right.text, values: left.values + right.values)
    }
}

extension FileQuery {
    var comparison: String { isDescending ? "<" : ">" }
    var direction: String { isDescending ? "DESC" : "ASC" }

    /// What is looked for, as names are searched; nil where that is everything.
    var foldedText: String? {
        guard let text, !text.isEmpty else { return nil }
        return folded(Array(text.utf8))
    }

    /// What finds candidates by three characters each; nil: there are too few.
    ///
    /// Each character is in one of them, no more: the name itself is looked at afterwards.
    var match: String? {
        guard let scalars = foldedText.map({ Array($0.unicodeScalars) }), scalars.count >= 3 else { return nil }
        let starts = Array(stride(from: 0, through: scalars.count - 3, by: 3)) + [scalars.count - 3]
        return starts.map { start in
            let piece = scalars[start..<(start + 3)].map { $0 == "\"" ? "\"\"" : String($0) }.joined()
            return "\"\(piece)\""
        }.joined(separator: " AND ")
    }

    /// What rows of files have to fulfil, beside the scope.
    var conditions: SQLPart {
        var part = SQLPart(text: "")
        if let foldedText { part = part + SQLPart(text: " AND instr(f.folded, ?) > 0", values: [.text(foldedText)]) }
        if let stored {
            part =
                part
                + SQLPart(
                    text: " AND f.stored BETWEEN ? AND ?",
                    values: [.integer(stored.lowerBound), .integer(stored.upperBound)])
        }
        if let sizes {
            part =
                part
                + SQLPart(
                    text: " AND f.size BETWEEN ? AND ?",
                    values: [
                        .integer(Int64(clamping: sizes.lowerBound)), .integer(Int64(clamping: sizes.upperBound)),
                    ])
        }
        return part
    }
}
