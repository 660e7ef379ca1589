import CommandLine
import Platform
import Storage

extension AccessRights {
    /// As a command line and a configuration say.
    init(_ arguments: ParsedArguments) throws(ProgramError) {
        self.init(
            file: try Self.ownerMayReadAndWrite(arguments.permissions(of: ServerOptions.fileMode)),
            group: try Self.group(arguments.optionalString(of: ServerOptions.group)))
    }

    private static func ownerMayReadAndWrite(_ permissions: UInt32) throws(ProgramError) -> UInt32 {
        guard permissions & 0o600 == 0o600, permissions & 0o111 == 0 else {
            throw .usage("--file-mode must let the owner read and write (6xx), and nobody execute")
        }
        return permissions
    }

    private static func group(_ name: String?) throws(ProgramError) -> UInt32? {
        guard let name else { return nil }
        guard let group = groupID(named: name) else {
            throw ProgramError("--group: there is no group \(escaped(name)) on this machine", exitCode: .configuration)
        }
        return group
    }
}
