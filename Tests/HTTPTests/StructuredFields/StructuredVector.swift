import Foundation
import Testing

/// A case of a vector file, in the form of the HTTP working group's suite (github.com/httpwg/structured-field-tests). With
/// AUTO_UPLOAD_STRUCTURED_FIELD_TESTS=FOLDER that suite is run too.
struct StructuredVector: CustomTestStringConvertible, Sendable {
    enum Kind: String, Decodable {
        case item, list, dictionary
    }

    struct Case: Decodable {
        let name: String
        let raw: [String]?
        let kind: Kind
        let expected: JSONValue?
        let mustFail: Bool?
        let canFail: Bool?
        /// What is written; where it isn't there, it is as it was read.
        let canonical: [String]?

        enum CodingKeys: String, CodingKey {
            case name, raw, expected, canonical
            case kind = "header_type"
            case mustFail = "must_fail"
            case canFail = "can_fail"
        }
    }

    let file: String
    let content: Case

    var testDescription: String { "\(file): \(content.name)" }

    static let all: [StructuredVector] = {
        let own = Bundle.module.bundleURL.appendingPathComponent("vectors/structured-fields")
        let suite = ProcessInfo.processInfo.environment["AUTO_UPLOAD_STRUCTURED_FIELD_TESTS"]
        let folders = [own] + (suite.map { [URL(fileURLWithPath: $0)] } ?? [])
        return folders.flatMap(cases)
    }()

    private static func cases(in folder: URL) -> [StructuredVector] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().flatMap { name -> [StructuredVector] in
            guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)),
                let cases = try? JSONDecoder().decode([Case].self, from: data)
            else { return [] }
            return cases.map { StructuredVector(file: name, content: $0) }
        }
    }
}

/// JSON, to compare values with.
enum JSONValue: Decodable, Hashable, Sendable {
    case text(String), number(Double), boolean(Bool), list([JSONValue]), object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    static func typed(_ type: String, _ value: JSONValue) -> JSONValue {
        .object(["__type": .text(type), "value": value])
    }
}
