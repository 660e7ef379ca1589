import Domain
import Platform
import Transport
import Wire

/// Where the state of one server, user and watched folder lives.
enum StateLocation {
    /// The folder for the state, which may not be there yet: where an earlier version has left one under the server's name as it
    /// was written, that one.
    static func folder(
        option: String?, server: ServerName, user: String, watchedFolder: String
    ) throws(StateError) -> String {
        let usual = try folder(option: option, server: server.description, user: user, watchedFolder: watchedFolder)
        let earlier = try folder(option: option, server: server.asWritten, user: user, watchedFolder: watchedFolder)
        return !isThere(usual) && isThere(earlier) ? earlier : usual
    }

    private static func isThere(_ folder: String) -> Bool { (try? Directory.open(path: folder)) != nil }

    /// The folder for the state; it isn't made yet.
    ///
    /// - Parameters:
    ///   - option: what `--state` named. Else systemd's `$STATE_DIRECTORY`, else the XDG base directory specification's
    ///     `$XDG_STATE_HOME/auto-upload`, else `~/.local/state/auto-upload`.
    ///   - server: host and port, always written the same way: it is a part of the key.
    ///   - watchedFolder: the canonical path.
    ///   - environment: looks a variable up.
    ///   - home: the user's home by the password database, where `$HOME` isn't set.
    static func folder(
        option: String?, server: String, user: String, watchedFolder: String,
        environment: (String) -> String? = environmentVariable, home: () -> String? = homeFolder
    ) throws(StateError) -> String {
        let base = try base(option: option, environment: environment, home: home)
        let parts = [server, user, watchedFolder]
        // Like all of our own names it is passed over by a scan, should the watched folder hold the state's.
        return joined(base, OwnNames.statePrefix + (try key(parts)))
    }

    /// The name at which the client that works on the folder is asked.
    static func deskName(server: ServerName, user: String, watchedFolder: String) throws(StateError) -> String {
        "auto-upload-client/" + (try key([server.description, user, watchedFolder]))
    }

    /// The folder that holds the states of all servers, users and watched folders.
    static func base(
        option: String?, environment: (String) -> String? = environmentVariable, home: () -> String? = homeFolder
    ) throws(StateError) -> String {
        if let option, !option.isEmpty { return option }
        // systemd.exec(5): several are separated by colons.
        if let first = environment("STATE_DIRECTORY")?.split(separator: ":").first { return String(first) }
        // The specification says to ignore a relative path.
        if let path = environment("XDG_STATE_HOME"), path.hasPrefix("/") { return joined(path, "auto-upload") }
        if let path = environment("HOME"), path.hasPrefix("/") { return joined(path, ".local/state/auto-upload") }
        if let path = home(), path.hasPrefix("/") { return joined(path, ".local/state/auto-upload") }
        throw .noPlace("no place for the client's state: this user has no home folder; name one by --state DIR")
    }

    /// SHA-256 over the parts, each behind its length, so that no two lists of parts give the same bytes.
    private static func key(_ parts: [String]) throws(StateError) -> String {
        let bytes = parts.flatMap { part in Array("\(part.utf8.count):".utf8) + Array(part.utf8) }
        guard let digest = ContentHasher.digest(of: bytes) else {
            throw .noPlace("can't compute the name of the state's folder: OpenSSL gives no SHA-256")
        }
        return digest.description
    }

    static func joined(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
