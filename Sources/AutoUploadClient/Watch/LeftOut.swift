/// How much a scan has left out on purpose.
struct LeftOut: Hashable, Sendable {
    /// Files and folders that systems leave behind (`Exclusion`); what lies in such a folder isn't counted.
    var files = 0
    var folders = 0
    /// Symbolic links.
    var links = 0
    /// Pipes, sockets, devices.
    var special = 0
    /// What a person wants to be ignored; of a folder, the folder alone.
    var ignored = 0

    var isNothing: Bool { self == LeftOut() }
}
