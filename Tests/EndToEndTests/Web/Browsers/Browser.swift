import Foundation
import TestSupport
import Testing

/// A browser without a window, used as a person would: by WebDriver (W3C), which needs nothing but what Debian has.
final class Browser {
    enum Kind: String, CaseIterable, CustomStringConvertible {
        case chromium, firefox

        var description: String { rawValue }

        /// What has to be installed.
        var programs: [String] { self == .chromium ? ["chromium", "chromedriver"] : ["firefox-esr"] }

        var isInstalled: Bool {
            programs.allSatisfy { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }
        }

        static let installed = allCases.filter(\.isInstalled)
        static let reason: Comment = "neither chromium with chromium-driver nor firefox-esr is installed"
    }

    let kind: Kind
    private let driver: any WebDriver
    private let place: BrowserPlace

    init(_ kind: Kind, scripts: Bool = true) throws {
        self.kind = kind
        place = BrowserPlace()
        driver = kind == .chromium ? try ChromeDriver(scripts: scripts) : try Marionette(scripts: scripts)
    }

    func open(_ url: String) throws {
        _ = try driver.command(.navigate, ["url": url])
    }

    func reload() throws {
        _ = try driver.command(.refresh, [:])
    }

    /// What a script returns, run in the page.
    @discardableResult
    func run(_ script: String, _ arguments: [Any] = []) throws -> Any? {
        try driver.command(.execute, ["script": script, "args": arguments])
    }

    /// Types into what a selector of CSS finds; into an input for files that is a path a line.
    func type(_ text: String, into selector: String) throws {
        try onOnePage { _ = try driver.command(.type(try find(selector)), ["text": text]) }
    }

    func click(_ selector: String) throws {
        try onOnePage { _ = try driver.command(.click(try find(selector)), [:]) }
    }

    func text(of selector: String) throws -> String {
        try onOnePage { try driver.command(.text(try find(selector)), [:]) as? String ?? "" }
    }

    /// Begins again where the next page has come between the finding of an element and its use.
    private func onOnePage<R>(_ body: () throws -> R) throws -> R {
        for _ in 0..<20 {
            do {
                return try body()
            } catch  where "\(error)".contains("stale element") {
                continue
            }
        }
        return try body()
    }

    /// Drops a file or folder onto the page as the desktop does.
    ///
    /// - Returns: false where no test can.
    func drop(_ path: String) throws -> Bool {
        guard let chromium = driver as? ChromeDriver else { return false }
        for step in ["dragEnter", "dragOver", "drop"] {
            let data: [String: Any] = ["items": [Any](), "files": [path], "dragOperationsMask": 1]
            _ = try chromium.devTools(
                "Input.dispatchDragEvent", ["type": step, "x": 500, "y": 300, "data": data])
        }
        return true
    }

    /// Presses keys where the focus is.
    func press(_ key: Key) throws {
        let focused = try element(try driver.command(.active, [:]), "focus")
        _ = try driver.command(.type(focused), ["text": key.rawValue])
    }

    /// As WebDriver writes them.
    enum Key: String {
        case tab = "\u{E004}"
        case enter = "\u{E007}"
    }

    /// What a screen reader calls the elements that a selector finds.
    func names(of selector: String) throws -> [String] {
        let count = try run("return document.querySelectorAll(arguments[0]).length", [selector]) as? Int ?? 0
        return try (0..<count).map { number in
            let found = try run("return document.querySelectorAll(arguments[0])[arguments[1]]", [selector, number])
            return try driver.command(.name(try element(found, selector)), [:]) as? String ?? ""
        }
    }

    func show(on screen: Screen) throws {
        try driver.show(on: screen)
    }

    /// - Returns: the page as it is seen, as a PNG.
    func picture() throws -> Data {
        Data(base64Encoded: try driver.command(.picture, [:]) as? String ?? "") ?? Data()
    }

    /// What its console has of errors, and of what a policy forbade; not of the network's.
    func complaints() throws -> [String] {
        try driver.complaints()
    }

    private func find(_ selector: String) throws -> String {
        try element(try driver.command(.find, ["using": "css selector", "value": selector]), selector)
    }

    private func element(_ found: Any?, _ what: String) throws -> String {
        guard let element = (found as? [String: String])?.values.first else { throw Failure("no \(what)") }
        return element
    }

    /// Waits until an expression is true in the page.
    func wait(for condition: String, seconds: Double = 600) throws {
        let end = Date(timeIntervalSinceNow: seconds)
        while try run("return !!(\(condition))") as? Bool != true {
            guard Date() < end else {
                let text = try run("return document.body.innerText") ?? ""
                throw Failure("\(kind): waited in vain for \(condition); the page says:\n\("\(text)".prefix(2000))")
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }
}

/// Somebody who gives a browser its commands.
protocol WebDriver: AnyObject {
    func command(_ command: WebDriverCommand, _ parameters: [String: Any]) throws -> Any?
    func show(on screen: Screen) throws
    func complaints() throws -> [String]
}

/// Those of https://www.w3.org/TR/webdriver2/ that these tests need; with an element's name where it concerns one.
enum WebDriverCommand {
    case navigate, refresh, execute, find, active, picture
    case type(String), click(String), text(String), name(String)
}
