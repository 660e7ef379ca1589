import Domain
import Encodings
import HTTP
import Platform

/// What Upload-Metadata says of a file: pairs of a key and a value in Base64, between commas.
struct TusMetadata: Equatable {
    private var values: [String: [UInt8]] = [:]

    struct Flaw: Error, Equatable {
        let text: String
    }

    init(_ field: [UInt8]) throws(Flaw) {
        for pair in field.split(separator: UInt8(ascii: ",")) {
            let words = pair.split(separator: UInt8(ascii: " "))
            guard let key = words.first.map({ String(decoding: $0, as: UTF8.self) }) else { continue }
            guard words.count <= 2 else { throw Flaw(text: "Upload-Metadata has a key or value with a blank in it") }
            guard values[key] == nil else { throw Flaw(text: "Upload-Metadata has the same key twice") }
            // A value that is empty may be missing, with the blank before it or without.
            let value = words.count == 2 ? words[1] : []
            guard let bytes = decodeBase64(value, isPadded: true) ?? decodeBase64(value, isPadded: false) else {
                throw Flaw(text: "a value of Upload-Metadata isn't Base64")
            }
            values[key] = bytes
        }
    }

    /// Where the file is to be, as its client names it; nil where it names none.
    func path() throws(RemotePath.Flaw) -> RemotePath? {
        if let relative = value("relativePath") {
            // Of a folder that was dropped on a page; some of them begin with a slash.
            let parts = relative.split(separator: slash).map(Array.init)
            if !parts.isEmpty { return try RemotePath(components: parts) }
        }
        guard let name = value("filename") ?? value("name") else { return nil }
        let parts = withoutRoot(name).split(separator: slash, omittingEmptySubsequences: false).map(Array.init)
        return try RemotePath(components: parts)
    }

    /// Unix seconds.
    var modified: FileTime? {
        value("mtime").flatMap { Int64(String(decoding: $0, as: UTF8.self)) }.map {
            FileTime(seconds: $0, nanoseconds: 0)
        }
    }

    /// - Returns: nil also for what JavaScript makes of a value that isn't there.
    private func value(_ key: String) -> [UInt8]? {
        guard let value = values[key], !value.isEmpty, !value.elementsEqual("null".utf8),
            !value.elementsEqual("undefined".utf8)
        else { return nil }
        return value
    }
}

private let slash = UInt8(ascii: "/")
