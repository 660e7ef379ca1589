import Accounts
import CommandLine
import Platform

/// Takes users over from a password file of the Dropzone-backup server.
struct DropzoneImport {
    private let source: String
    private let file: DropzoneFile
    private(set) var added: [UserName] = []
    private var leftOut: [(line: DropzoneFile.Line, why: DropzoneFlaw)] = []

    init(path: String) throws(ProgramError) {
        source = path
        let content: [UInt8]
        do throws(SystemError) {
            content = try FileDescriptor.openForReading(path: path).readAll(limit: PasswordFile.largest)
        } catch {
            throw ProgramError(
                "--import-dropzone: \(SystemError(error.operation, escaped(path), errno: error.errno))",
                exitCode: .noInput)
        }
        if ByteOrderMark.isUTF16(content) {
            throw ProgramError(
                "--import-dropzone: \(escaped(path)) \(ByteOrderMark.complaintAboutUTF16)", exitCode: .dataError)
        }
        file = DropzoneFile(content)
    }

    mutating func apply(to users: inout PasswordFile) {
        for line in file.lines {
            do throws(DropzoneFlaw) {
                let user = try line.user.get()
                if try users.add(user) { added.append(user.name) }
            } catch {
                leftOut.append((line, error))
            }
        }
    }

    /// A line for each user who isn't taken over, for a person.
    var complaints: [String] {
        leftOut.map { line, why in
            let who = line.name.map { "user \($0)" } ?? "a user"
            return "\(escaped(source)), line \(line.number): \(who) isn't taken over: \(why)"
        }
    }
}
