import Domain
import Foundation
import TestSupport
import Testing
import Wire

/// The tables and vectors that `docs/PROTOCOL.md` states are those of the code and of the vector files.
@Suite("docs/PROTOCOL.md")
struct ProtocolDocumentTests {
    private let text: String

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        text = try String(contentsOf: root.appendingPathComponent("docs/PROTOCOL.md"), encoding: .utf8)
    }

    @Test("quotes a valid vector of every message, each as its file has it")
    func quotedVectors() throws {
        let others = ["file-tags.txt", "receipts.txt", "successions.txt"]
        let known = Vector.frames + others.flatMap(Vector.of)
        let files = Dictionary(uniqueKeysWithValues: known.map { ($0.name, $0) })
        var types: Set<UInt8> = []
        for quoted in quoted {
            let vector = try #require(files[quoted.name], "no vector is named “\(quoted.name)”")
            #expect(quoted.fields == vector.fields)
            if others.contains(vector.file) { continue }
            #expect(vector.fields["expect"] == "ok")
            types.insert(try #require(vector.bytes("hex").first))
        }
        #expect(types == Set(FrameType.allCases.map(\.rawValue)))
    }

    @Test("has the whole dialogue, in order")
    func dialogue() {
        #expect(Array(quoted.map(\.name).suffix(20)) == Vector.of("dialogue.txt").map(\.name))
    }

    @Test("has the table of frame types")
    func frameTypes() throws {
        let rows = rows(columns: 7)
        #expect(rows.count == FrameType.allCases.count)
        for row in rows {
            let type = try #require(UInt8(row[0].dropFirst(2), radix: 16).flatMap { FrameType(rawValue: $0) })
            let rules = type.rules
            #expect(row[1] == "\(type)")
            #expect(row[2] == (type.isFromClient ? "client" : "server"))
            #expect(row[3] == (rules.namesUpload ? "≥ 1" : "0"))
            #expect(UInt8(row[4].split(separator: " ").first?.dropFirst(2) ?? "0", radix: 16) == rules.flags)
            let lengths = row[5].split(separator: "–").compactMap { UInt32($0) }
            #expect(lengths.first == rules.lengths.lowerBound)
            #expect(lengths.last == rules.lengths.upperBound)
        }
    }

    @Test("has the catalogue of statuses")
    func statuses() throws {
        let rows = rows(columns: 5)
        #expect(rows.count == Status.names.count)
        for row in rows {
            let status = Status(rawValue: try #require(UInt16(row[0].dropFirst(2), radix: 16)))
            #expect(Status.names[status] == row[1])
            #expect(row[2] == "\(status.statusClass)")
        }
    }

    /// The blocks between lines that begin a fence with the word `vector`, and its end.
    private var quoted: [Vector] {
        text.components(separatedBy: "```vector\n").dropFirst().flatMap {
            Vector.parse($0.components(separatedBy: "```")[0], file: "PROTOCOL.md")
        }
    }

    /// Rows of tables with so many columns that begin with a number in hexadecimal, without the marks of code.
    private func rows(columns: Int) -> [[String]] {
        text.split(separator: "\n").filter { $0.hasPrefix("| `0x") }
            .map { line in
                line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                    .map { $0.filter { $0 != "`" }.trimmingCharacters(in: .whitespaces) }
            }
            .filter { $0.count == columns }
    }
}
