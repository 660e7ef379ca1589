import Foundation
import TestSupport

/// Firefox by its own Marionette, which geckodriver would speak too, had Debian one: a command is a list in JSON, with its length
/// before it.
final class Marionette: WebDriver {
    private let scratch: ScratchFolder
    private let program: RunningProgram
    private var channel: ByteChannel
    private var number = 0

    init(scripts: Bool) throws {
        scratch = try ScratchFolder("firefox")
        let preferences = [
            #""marionette.port", 0"#, #""javascript.enabled", \#(scripts)"#, #""app.update.enabled", false"#,
            #""datareporting.policy.dataSubmissionEnabled", false"#, #""browser.shell.checkDefaultBrowser", false"#,
            #""browser.startup.homepage_override.mstone", "ignore""#, #""toolkit.telemetry.enabled", false"#,
            #""network.captive-portal-service.enabled", false"#, #""network.connectivity-service.enabled", false"#,
        ]
        try scratch.write(preferences.map { "user_pref(\($0));\n" }.joined(), to: "profile/user.js")
        program = try RunningProgram(
            "/usr/bin/firefox-esr",
            [
                "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile",
                scratch.path("profile"),
            ],
            environment: ["HOME": scratch.path, "MOZ_CRASHREPORTER_DISABLE": "1"])
        channel = try ByteChannel(port: try Self.port(program, scratch))
        _ = try receive()
        _ = try request("WebDriver:NewSession", ["acceptInsecureCerts": true])
    }

    deinit {
        // Its helpers end with it.
        program.signal(SIGTERM)
        _ = try? program.waitForEnd(seconds: 30)
    }

    private static func port(_ program: RunningProgram, _ scratch: ScratchFolder) throws -> UInt16 {
        let end = Date(timeIntervalSinceNow: 120)
        while Date() < end, !program.hasEnded {
            if let text = try? scratch.text(of: "profile/MarionetteActivePort"), let port = UInt16(text) { return port }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw Failure("firefox: \(program.text(.error))")
    }

    func command(_ command: WebDriverCommand, _ parameters: [String: Any]) throws -> Any? {
        switch command {
        case .navigate: try request("WebDriver:Navigate", parameters)
        case .refresh: try request("WebDriver:Refresh", parameters)
        case .execute: try request("WebDriver:ExecuteScript", parameters)
        case .find: try request("WebDriver:FindElement", parameters)
        case .type(let element): try request("WebDriver:ElementSendKeys", parameters.merging(["id": element]) { $1 })
        case .click(let element): try request("WebDriver:ElementClick", ["id": element])
        case .text(let element): try request("WebDriver:GetElementText", ["id": element])
        case .name(let element): try request("WebDriver:GetComputedLabel", ["id": element])
        case .active: try request("WebDriver:GetActiveElement", [:])
        case .picture: try request("WebDriver:TakeScreenshot", ["full": false])
        }
    }

    func show(on screen: Screen) throws {
        _ = try request("WebDriver:SetWindowRect", ["width": screen.width, "height": screen.height])
        _ = try runInBrowser(
            """
            const [isPhone, isDark] = arguments;
            Services.prefs.setIntPref("layout.css.prefers-color-scheme.content-override", isDark ? 0 : 1);
            Services.prefs.setIntPref("ui.primaryPointerCapabilities", isPhone ? 1 : 6);
            """, [screen.isPhone, screen.isDark])
    }

    func complaints() throws -> [String] {
        let found = try runInBrowser(
            """
            const all = Services.console.getMessageArray();
            Services.console.reset();
            return all.filter((one) => one instanceof Ci.nsIScriptError && /^https:/.test(one.sourceName))
                .map((one) => one.errorMessage);
            """)
        return found as? [String] ?? []
    }

    /// Runs a script where the browser's own do.
    private func runInBrowser(_ script: String, _ arguments: [Any] = []) throws -> Any? {
        _ = try request("Marionette:SetContext", ["value": "chrome"])
        defer { _ = try? request("Marionette:SetContext", ["value": "content"]) }
        return try request("WebDriver:ExecuteScript", ["script": script, "args": arguments])
    }

    private func request(_ name: String, _ parameters: [String: Any]) throws -> Any? {
        number += 1
        let content = try JSONSerialization.data(withJSONObject: [0, number, name, parameters] as [Any])
        try channel.send(Array("\(content.count):".utf8) + content)
        guard let answer = try receive() as? [Any], answer.count == 4 else { throw Failure("firefox: no answer") }
        if let trouble = answer[2] as? [String: Any] {
            throw Failure("firefox, \(name): \(trouble["error"] ?? ""): \(trouble["message"] ?? "")")
        }
        return (answer[3] as? [String: Any])?["value"]
    }

    private func receive() throws -> Any {
        let length = Int(String(decoding: try channel.receive(upTo: UInt8(ascii: ":")), as: UTF8.self)) ?? 0
        return try JSONSerialization.jsonObject(with: Data(try channel.receive(length)))
    }
}
