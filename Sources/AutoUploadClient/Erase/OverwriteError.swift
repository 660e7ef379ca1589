import Platform

/// Why a file can't be overwritten.
enum OverwriteError: Error {
    case noRandomness(String)
    case system(SystemError)

    /// Whether the file system needs free space even for what is overwritten in place, as those that copy on write do.
    var isLackOfSpace: Bool {
        guard case .system(let error) = self else { return false }
        return error.errno == .noSpace || error.errno == .overQuota
    }

    var reason: String {
        switch self {
        case .noRandomness(let text): text
        case .system(let error): error.description
        }
    }
}
