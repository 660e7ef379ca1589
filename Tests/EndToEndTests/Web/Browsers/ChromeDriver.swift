import Foundation
import TestSupport

/// Chromium by Debian's chromedriver: a command is a request of HTTP.
final class ChromeDriver: WebDriver {
    private let scratch: ScratchFolder
    private let program: RunningProgram
    private let port: UInt16
    private var session = ""

    init(scripts: Bool) throws {
        scratch = try ScratchFolder("chromium")
        (program, port) = try Self.start(in: scratch)
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1100,900",
        ]
        let options: [String: Any] = [
            "args": arguments,
            "prefs": ["profile.managed_default_content_settings.javascript": scripts ? 1 : 2],
        ]
        let wanted: [String: Any] = [
            "alwaysMatch": [
                "acceptInsecureCerts": true, "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
            ]
        ]
        let answer = try request("POST", "/session", ["capabilities": wanted]) as? [String: Any]
        guard let session = answer?["sessionId"] as? String else { throw Failure("chromedriver began no session") }
        self.session = "/session/\(session)"
    }

    /// The port that it chooses may be another's by the time that it listens there; then it ends, and is started again.
    private static func start(in scratch: ScratchFolder) throws -> (RunningProgram, port: UInt16) {
        var said = ""
        for _ in 0..<10 {
            // Whatever it keeps, it keeps here; but for its profile, which has a socket, whose path must be short. In the C locale it
            // finds no file whose name isn't ASCII.
            let program = try RunningProgram(
                "/usr/bin/chromedriver", ["--port=0"],
                environment: ["HOME": scratch.path, "XDG_CONFIG_HOME": scratch.path, "LC_ALL": "C.UTF-8"])
            let line = program.waitForLine(.output, containing: "successfully on port ")
            if let port = line?.split(separator: " ").last.flatMap({ UInt16($0.filter(\.isNumber)) }) {
                return (program, port)
            }
            said = program.text(.output) + program.text(.error)
            program.signal(SIGKILL)
        }
        throw Failure("chromedriver: \(said)")
    }

    deinit {
        _ = try? request("DELETE", session, nil)
        program.signal(SIGTERM)
        _ = try? program.waitForEnd(seconds: 30)
    }

    func command(_ command: WebDriverCommand, _ parameters: [String: Any]) throws -> Any? {
        switch command {
        case .text, .name, .active, .picture: try request("GET", session + path(of: command), nil)
        default: try request("POST", session + path(of: command), parameters)
        }
    }

    func show(on screen: Screen) throws {
        let size: [String: Any] = [
            "width": screen.width, "height": screen.height, "deviceScaleFactor": 1, "mobile": screen.isPhone,
        ]
        _ = try devTools("Emulation.setDeviceMetricsOverride", size)
        _ = try devTools("Emulation.setTouchEmulationEnabled", ["enabled": screen.isPhone])
        let scheme = ["name": "prefers-color-scheme", "value": screen.isDark ? "dark" : "light"]
        _ = try devTools("Emulation.setEmulatedMedia", ["features": [scheme]])
    }

    func complaints() throws -> [String] {
        let entries = try request("POST", "\(session)/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
        return entries.filter { $0["source"] as? String != "network" }.map { "\($0["message"] ?? "")" }
    }

    /// A command of the DevTools protocol.
    func devTools(_ command: String, _ parameters: [String: Any]) throws -> Any? {
        try request("POST", "\(session)/goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    private func path(of command: WebDriverCommand) -> String {
        switch command {
        case .navigate: "/url"
        case .refresh: "/refresh"
        case .execute: "/execute/sync"
        case .find: "/element"
        case .type(let element): "/element/\(element)/value"
        case .click(let element): "/element/\(element)/click"
        case .text(let element): "/element/\(element)/text"
        case .name(let element): "/element/\(element)/computedlabel"
        case .active: "/element/active"
        case .picture: "/screenshot"
        }
    }

    private func request(_ method: String, _ path: String, _ body: [String: Any]?) throws -> Any? {
        let content = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
        var channel = try ByteChannel(port: port)
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(content.count)\r\nConnection: close\r\n\r\n"
        try channel.send(Array(head.utf8) + content)
        var length = 0
        while case let line = String(decoding: try channel.receive(upTo: 10), as: UTF8.self), line != "\r" {
            let parts = line.lowercased().split(separator: ":")
            if parts.first == "content-length" { length = Int(parts[1].filter(\.isNumber)) ?? 0 }
        }
        let answer = try JSONSerialization.jsonObject(with: Data(try channel.receive(length))) as? [String: Any]
        let value = answer?["value"]
        if let trouble = value as? [String: Any], let error = trouble["error"] {
            throw Failure("chromedriver, \(path): \(error): \(trouble["message"] ?? "")")
        }
        return value
    }
}
