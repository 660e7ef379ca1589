import Foundation
import TestSupport

/// The page in a browser, used as a person would.
final class DropPage {
    let browser: Browser
    let scratch: ScratchFolder
    private let port: UInt16

    /// - Parameters:
    ///   - port: of the server, or of what stands before it.
    ///   - path: where it stands.
    init(_ kind: Browser.Kind, port: UInt16, at path: String = "/") throws {
        browser = try Browser(kind)
        scratch = try ScratchFolder("chosen")
        self.port = port
        try browser.open("https://127.0.0.1:\(port)\(path)")
        try record()
    }

    func logIn(password: String = Fixtures.password) throws {
        try browser.type(Fixtures.user, into: "[name=username]")
        try browser.type(password, into: "[name=password]")
        try browser.click("#login button")
    }

    /// Logs in, and waits until that was taken.
    func enter() throws {
        try logIn()
        try browser.wait(for: "document.getElementById('login').hidden")
    }

    /// Goes on without an account.
    func enterWithoutAccount() throws {
        try browser.click("#anonymous")
        try browser.wait(for: "document.getElementById('login').hidden")
    }

    func choose(_ paths: [String]) throws {
        try browser.type(paths.joined(separator: "\n"), into: "#pick-files")
    }

    /// Loads it anew, as after a crash: nobody is asked.
    func reload() throws {
        try browser.run("addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)")
        try browser.reload()
        try record()
    }

    /// Loads it anew, logs in again, and chooses again the file that was under way.
    func chooseAgainAfterReload(_ path: String) throws {
        try reload()
        try browser.wait(for: DropPage.row("missing"))
        try enter()
        try choose([path])
    }

    /// Gives a chosen file another content without another time.
    func replaceContent(of name: String, by content: [UInt8]) throws {
        let path = scratch.path(name)
        let time = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] ?? Date()
        _ = try scratch.write(content, to: name)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    }

    /// Notes what is asked of the server.
    private func record() throws {
        try browser.run(
            """
            window.asked = [];
            const { open } = XMLHttpRequest.prototype;
            XMLHttpRequest.prototype.open = function (method, ...rest) { asked.push(method); open.call(this, method, ...rest); };
            """)
    }

    /// How often a method was asked since the page was loaded.
    func count(of method: String) throws -> Int {
        try browser.run("return asked.filter((other) => other === arguments[0]).length", [method]) as? Int ?? 0
    }

    // What a row says: its state, how much of it is durable.
    static func row(_ state: String) -> String { "document.querySelector('#files li')?.dataset.state === '\(state)'" }

    static let isUnderWay =
        "\(row("sending")) && /^(?!0 bytes)[\\d.]+ [kMG]B of /.test(document.querySelector('#files .state').textContent)"

    static func stored(_ count: Int) -> String {
        "document.querySelectorAll('#files li[data-state=stored]').length === \(count)"
    }

    /// A file of so many bytes, to be chosen.
    func makeFile(_ name: String, of size: Int) throws -> String {
        let path = try scratch.write([], to: name)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let piece = 10 << 20
        for number in 0..<(size + piece - 1) / piece {
            try handle.write(contentsOf: sample(min(piece, size - number * piece), seed: number))
        }
        try handle.close()
        return path
    }

    /// Name → SHA-256, as the page says that they are stored.
    func told() throws -> [String: String] {
        let script = """
            return [...document.querySelectorAll('#files li[data-state=stored]')]
                .map((row) => [row.querySelector('.name').textContent, row.querySelector('code').textContent])
            """
        let rows = try browser.run(script) as? [[String]] ?? []
        return Dictionary(rows.map { (Tree.key(Array($0[0].utf8)), $0[1]) }) { $1 }
    }
}

extension DropPage {
    /// Drops a folder of `scratch`. Only Chromium lets a test do it as the desktop would; elsewhere the page is given what a drop has.
    func dropFolder(_ name: String, files: [String]) throws {
        guard try !browser.drop(scratch.path(name)) else { return }
        try browser.run(
            """
            const [name, files] = arguments;
            const entry = (path, content) => ({
                name: path.split('/').pop(), fullPath: '/' + path, isFile: true,
                file: (take) => take(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], path.split('/').pop())),
            });
            const folder = (path) => ({
                name: path.split('/').pop(), fullPath: '/' + path, isFile: false, rest: [], createReader() {
                    return { readEntries: (take) => take(this.rest.splice(0, 1)) };
                },
            });
            const top = folder(name);
            for (const [path, content] of files) {
                let place = top;
                for (const part of path.split('/').slice(0, -1)) {
                    const inner = folder(place.fullPath.slice(1) + '/' + part);
                    place.rest.push(inner);
                    place = inner;
                }
                place.rest.push(entry(name + '/' + path, content));
            }
            const event = new Event('drop', { bubbles: true });
            event.dataTransfer = { items: [{ webkitGetAsEntry: () => top }], files: [] };
            document.getElementById('drop').dispatchEvent(event);
            """,
            [name, try files.map { [$0, Data(try scratch.bytes(of: "\(name)/\($0)")).base64EncodedString()] }])
    }
}
