internal import Platform

/// A file of options: `name = value` in a line each, blank lines, and comments that begin with `#`.
///
/// Names are the long ones. Spaces around name and value don't count; a value keeps them between double quotes. Flags take
/// y or n. A name that stands there twice counts as it stands last, unless its option may be given several times.
package struct ConfigurationFile {
    private let options: [Option]

    private static let largest = 64 * 1024
    private static let readableByOthers: UInt32 = 0o007

    package init(options: [Option]) {
        self.options = options
    }

    /// - Throws: `ProgramError` (78) that names the file and the line, (66) when it can't be read.
    func read(path: String) throws(ProgramError) -> ParsedArguments {
        var content = [UInt8](repeating: 0, count: Self.largest + 1)
        defer { overwrite(&content) }
        let (count, permissions) = try load(path, into: &content)
        guard count <= Self.largest else {
            throw .configuration(path, "is larger than \(Self.largest / 1024) KiB")
        }
        if ByteOrderMark.isUTF16(content[..<count]) { throw .configuration(path, ByteOrderMark.complaintAboutUTF16) }
        let (arguments, hasSecret) = try parse(content[..<count], path: path)
        if hasSecret, permissions & Self.readableByOthers != 0 {
            throw .configuration(path, "holds a password and can be used by everybody; run chmod o= on it")
        }
        return arguments
    }

    private func load(_ path: String, into content: inout [UInt8]) throws(ProgramError) -> (Int, UInt32) {
        do throws(SystemError) {
            let descriptor = try FileDescriptor.openForReading(path: path)
            let count = try content.withUnsafeMutableBytesTyped { buffer throws(SystemError) in
                try descriptor.read(into: buffer)
            }
            return (count, try descriptor.status().permissions)
        } catch {
            if error.errno == .isDirectory {
                throw .configuration(path, "is a folder; --config names a file of lines: name = value")
            }
            throw ProgramError("--config: can't read \(escaped(path)): \(error.errno)", exitCode: .noInput)
        }
    }

    /// - Parameter path: for messages.
    /// - Returns: also whether a secret stands in it.
    package func parse(
        _ content: ArraySlice<UInt8>, path: String
    ) throws(ProgramError) -> (ParsedArguments, hasSecret: Bool) {
        var arguments = ParsedArguments()
        var hasSecret = false
        let text = content.dropFirst(ByteOrderMark.length(in: content))
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            do throws(Complaint) {
                if try parse(trimmed(line), into: &arguments) { hasSecret = true }
            } catch {
                throw .configuration("\(path), line \(index + 1):", error.text)
            }
        }
        return (arguments, hasSecret)
    }

    /// - Returns: whether it was a secret.
    private func parse(_ line: ArraySlice<UInt8>, into arguments: inout ParsedArguments) throws(Complaint) -> Bool {
        if line.isEmpty || line.first == UInt8(ascii: "#") { return false }
        guard let sign = line.firstIndex(of: UInt8(ascii: "=")) else { throw Complaint("name = value is expected") }
        let option = try option(named: trimmed(line[..<sign]))
        let value = unquoted(trimmed(line[(sign + 1)...]))
        if value.contains(0) { throw Complaint("\(option.name) must not hold a NUL") }
        if option.value.isSecret {
            if value.isEmpty { throw Complaint("\(option.name) must not be empty") }
            arguments.set(option, secret: SecretBytes(value))
            return true
        }
        guard let text = String(validating: value, as: UTF8.self) else {
            throw Complaint("the value of \(option.name) isn't valid UTF-8")
        }
        if let complaint = option.value.complaint(about: text) { throw Complaint("\(option.name) \(complaint)") }
        arguments.set(option, text)
        return false
    }

    private func hint(for name: ArraySlice<UInt8>) -> String {
        let bare = String(decoding: name.drop { $0 == UInt8(ascii: "-") }, as: UTF8.self)
        let ofLetter = options.first { $0.letter.map(String.init) == bare }?.name
        let near = ofLetter ?? nearest(to: bare, among: options.flatMap(\.names))
        return near.map { "; did you mean \($0)?" } ?? ""
    }

    private func option(named name: ArraySlice<UInt8>) throws(Complaint) -> Option {
        guard let option = options.first(where: { $0.names.contains { name.elementsEqual($0.utf8) } }) else {
            throw Complaint("there is no option \"\(escaped(name.prefix(40), quoting: true))\"\(hint(for: name))")
        }
        if option.isForCommandLineOnly {
            throw Complaint("\(option.name) can stand on the command line only")
        }
        return option
    }
}

/// What is wrong with a line.
private struct Complaint: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

extension ProgramError {
    /// - Parameter place: the file, and perhaps the line.
    fileprivate static func configuration(_ place: String, _ reason: String) -> ProgramError {
        ProgramError("--config: \(escaped(place)) \(reason)", exitCode: .configuration)
    }
}

private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
    let start = bytes.drop(while: isSpace)
    guard let end = start.lastIndex(where: { !isSpace($0) }) else { return [] }
    return start[...end]
}

private func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let quote = UInt8(ascii: "\"")
    guard value.count >= 2, value.first == quote, value.last == quote else { return value }
    return value.dropFirst().dropLast()
}
