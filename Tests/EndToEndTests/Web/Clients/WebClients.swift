import Foundation
import TestSupport
import Testing

/// Programs by others, as `install` beside this file gets them.
enum WebClients {
    private static let here = URL(filePath: #filePath).deletingLastPathComponent()
    private static let folder = here.appending(path: "../../../../.build/web-clients").standardized
    static let python = folder.appending(path: "bin/python").path

    /// Names of what is there.
    private static let installed: Set<Substring> = {
        let list = (try? String(contentsOf: folder.appending(path: "installed"), encoding: .utf8)) ?? ""
        return Set(list.split(separator: "\n").compactMap { $0.split(separator: "=").first })
    }()

    static func has(_ name: String) -> Bool {
        installed.contains(name[...])
    }

    /// The text of a script for browsers that a package of Python brings.
    static func script(_ path: String) throws -> String {
        let libraries = folder.appending(path: "lib")
        for version in try FileManager.default.contentsOfDirectory(atPath: libraries.path) {
            let file = libraries.appending(path: "\(version)/site-packages/\(path)")
            if let text = try? String(contentsOf: file, encoding: .utf8) { return text }
        }
        throw Failure("there is no \(path) below \(libraries.path)")
    }

    /// Why tests are skipped.
    static func reason(_ name: String) -> Comment {
        "\(name) isn't there: Tests/EndToEndTests/Web/Clients/install gets it"
    }
}

/// A general client of HTTP for Python, which knows nothing of this server.
enum PythonClient: String, CaseIterable, CustomTestStringConvertible {
    case requests, httpx, aiohttp

    static let installed = allCases.filter { WebClients.has($0.rawValue) }
    var testDescription: String { rawValue }

    enum Way: String, CaseIterable {
        case form, put
        /// Without saying how long it is.
        case stream
    }

    /// How it says who it is.
    enum Login: String, CaseIterable {
        /// HTTP Basic, in the letters that the client chooses: Latin-1, or UTF-8.
        case basic
        case basicUTF8 = "basic-utf8"
        /// The fields Username and Password.
        case utf8, latin1
    }

    struct Answer: Equatable {
        let status: Int
        let text: String
    }

    /// Sends a file under each of some names, over one connection where the server leaves it open.
    func send(
        _ file: String, as names: [String], by way: Way, to server: TestServer, query: String = "",
        _ login: Login = .basic, user: String = Fixtures.user, password: String = Fixtures.password
    ) throws -> [Answer] {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "send.py").path
        let outcome = try RunningProgram.run(
            WebClients.python,
            [script, rawValue, way.rawValue, "https://127.0.0.1:\(server.port)", file] + names
                + ["--query=\(query)", "--login", login.rawValue],
            environment: [
                "WEB_LOGIN": "\(user):\(password)", "WEB_AUTHORITY": server.site.certificates.authority,
                "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1",
            ])
        guard outcome.status == 0 else { throw Failure("\(rawValue): \(outcome.error)") }
        return try outcome.output.split(separator: "\n").map { line in
            guard let pair = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any], pair.count == 2,
                let status = pair[0] as? Int, let text = pair[1] as? String
            else { throw Failure("\(rawValue) said \(line)") }
            return Answer(status: status, text: text)
        }
    }
}
