import CommandLine
import HTTPClient
import Platform

extension HTTPClient {
    /// Has what an option asks for find its library at the start, and not missing when it is used.
    static func load(for option: Option) throws(ProgramError) {
        do throws(TransferError) {
            try load()
        } catch {
            throw ProgramError("\(option.written): \(error)", exitCode: .configuration)
        }
    }
}
