import Domain
import Encodings
import Platform

/// The login token that the server has granted, kept beside the state: it spares a start the password's hash there, and the
/// one-time code. Its loss costs one login.
struct TokenFile {
    private let folder: Directory?
    private static let name = FileName(constant: "login-token")
    private static let newName = FileName(constant: "login-token.new")
    private static let largest = 1024

    /// - Parameter folder: of the state; where it can't be opened there is none.
    init(folder: String) {
        self.folder = try? Directory.open(path: folder)
    }

    private init() {
        folder = nil
    }

    /// For a login that is to show that the password is right.
    static var none: TokenFile { TokenFile() }

    func read() -> LoginToken? {
        guard let content = try? folder?.open(Self.name, .reading).readAll(limit: Self.largest) else { return nil }
        var rest = content.span
        guard let end = rest.takeInteger(as: Int64.self), rest.count > 0 else { return nil }
        return LoginToken(bytes: Credential(rest.indices.map { rest[$0] }), end: end)
    }

    /// - Parameter token: nil when there is none any more.
    func write(_ token: LoginToken?) {
        guard let folder else { return }
        guard let token else {
            try? folder.remove(Self.name)
            return
        }
        var content: [UInt8] = []
        content.writeInteger(token.end)
        content += token.bytes.bytes
        defer { overwrite(&content) }
        try? folder.remove(Self.newName)
        guard let file = try? folder.open(Self.newName, .creating(permissions: 0o600)) else { return }
        guard (try? file.write(content)) != nil else {
            // On a full disk: half a token is none, and takes room from what needs it.
            try? folder.remove(Self.newName)
            return
        }
        try? folder.rename(Self.newName, to: folder, as: Self.name)
    }
}

/// A login token, and when it ends.
struct LoginToken {
    let bytes: Credential
    /// Unix seconds, by the server's clock.
    let end: Int64

    init(bytes: Credential, end: Int64) {
        (self.bytes, self.end) = (bytes, end)
    }
}
