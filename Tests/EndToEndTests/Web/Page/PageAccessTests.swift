import Foundation
import TestSupport
import Testing

/// The page on any screen, by keyboard alone, and read aloud.
@Suite("The page for everybody", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct PageAccessTests {
    @Test(
        "it fits phones and desktops, can be read in dark and light, and each control has a name",
        arguments: Browser.Kind.installed)
    func screens(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(options: ["--anonymous", "drops", "--max-file-size", "20M"])
            let network = try BreakableNetwork(to: server.port, LinkQuality(holdsAfter: 6 << 20))
            let page = try DropPage(kind, port: network.port)
            try Self.inspect(page, "login")
            try page.enter()
            try page.choose([
                try page.scratch.write(sample(4000), to: "Interview, 2nd take – Zürich.mov"),
                try page.scratch.write(sample(5000), to: String(repeating: "a_name_without_a_blank_", count: 6)),
                try page.makeFile("too-large.mp4", of: 21 << 20),
            ])
            try page.browser.wait(for: DropPage.stored(2))
            try page.browser.wait(for: "document.querySelector('[data-state=failed]')")
            try page.choose([try page.makeFile("clip.mp4", of: 12 << 20)])
            try page.browser.wait(
                for: "/^4.2 MB of /.test(document.querySelector('[data-state=sending] .state')?.textContent)")
            try Self.inspect(page, "files")
            let names = try page.browser.names(of: "button:not([hidden]), input:not([hidden])")
            let shown = names.filter { !$0.isEmpty }
            #expect(Set(shown).count == shown.count, "the same name twice: \(names)")
            #expect(shown.contains("Pause clip.mp4") && shown.contains("Try again too-large.mp4"), "\(names)")
            #expect(try page.browser.complaints() == [])
        }
    }

    /// Looks at it on each screen; with AUTO_UPLOAD_PICTURES a person can, too: it names a folder.
    private static func inspect(_ page: DropPage, _ state: String) throws {
        for screen in Screen.all {
            try page.browser.show(on: screen)
            try page.browser.wait(for: "matchMedia('(prefers-color-scheme: dark)').matches === \(screen.isDark)")
            try page.browser.wait(for: "matchMedia('(pointer: coarse)').matches === \(screen.isPhone)")
            try page.browser.wait(for: "document.getAnimations().length === 0")
            let flaws = try page.browser.run(flaws) as? [String]
            #expect(flaws == [], "\(page.browser.kind), \(state), \(screen)")
            guard let folder = ProcessInfo.processInfo.environment["AUTO_UPLOAD_PICTURES"] else { continue }
            try page.browser.picture().write(
                to: URL(fileURLWithPath: "\(folder)/\(page.browser.kind)-\(state)-\(screen).png"))
        }
    }

    /// What is too wide, too small to be hit, without a name, or too faint to be read (WCAG 2.2: 1.4.3, 2.5.8, 4.1.2).
    static let flaws = """
        const found = [];
        const isShown = (element) => element.checkVisibility() && element.getClientRects().length > 0;
        const light = (color) => {
            const part = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
            // What was mixed is told as parts of one.
            const whole = color.startsWith('color(') ? 255 : 1;
            const [red, green, blue] = color.match(/[\\d.]+/g).slice(0, 3).map((value) => part(value * whole));
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const ground = (element) => {
            for (; element; element = element.parentElement) {
                const color = getComputedStyle(element).backgroundColor;
                if (!/, 0\\)$|transparent/.test(color)) return color;
            }
            return 'rgb(255, 255, 255)';
        };
        for (const element of [...document.querySelectorAll('main *')].filter(isShown)) {
            const what = `${element.tagName} ${element.id || element.className} ${element.textContent.trim().slice(0, 30)}`;
            const box = element.getBoundingClientRect();
            if (box.right > innerWidth + 0.5) found.push(`too wide: ${what}`);
            if (/^(BUTTON|INPUT)$/.test(element.tagName) && (box.height < 24 || box.width < 24)) found.push(`too small: ${what}`);
            if (/^(BUTTON|A)$/.test(element.tagName) && !(element.ariaLabel || element.textContent.trim())) found.push(`no name: ${what}`);
            if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
            const pair = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
            const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
            if (contrast < 4.5 && !element.disabled) found.push(`too faint, ${contrast.toFixed(2)}: ${what}`);
        }
        if (document.documentElement.scrollWidth > innerWidth) found.push('the page is too wide');
        return found;
        """

    @Test("all is done by keyboard, and the focus is never lost", arguments: Browser.Kind.installed)
    func keyboard(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer()
            let network = try BreakableNetwork(to: server.port, LinkQuality(holdsAfter: 6 << 20))
            let page = try DropPage(kind, port: network.port)
            try Self.tab(page, to: "[name=username]")
            try page.browser.type(Fixtures.user, into: ":focus")
            try Self.tab(page, to: "[name=password]")
            try page.browser.type(Fixtures.password, into: ":focus")
            try page.browser.press(.enter)
            try page.browser.wait(for: Self.hasFocus("[data-picks=files]"))
            try page.choose([try page.makeFile("clip.mp4", of: 12 << 20)])
            try page.browser.wait(for: DropPage.isUnderWay)
            try Self.tab(page, to: "#files .pause")
            try page.browser.press(.enter)
            try page.browser.wait(for: DropPage.row("paused"))
            try page.browser.wait(for: Self.hasFocus("#files .resume"))
            network.release()
            try page.browser.press(.enter)
            try page.browser.wait(for: DropPage.stored(1))
            try page.browser.wait(for: "/^All is stored/.test(document.getElementById('news').textContent)")
            let progress = "[role=progressbar]"
            #expect(try page.browser.names(of: progress) == ["Safe on the server"])
            #expect(
                try page.browser.run("return document.querySelector('\(progress)').ariaValueNow") as? String == "100")
            try page.browser.wait(for: Self.hasFocus("#files .proof a"))
            // It stands before: the way on leads through the browser's own buttons.
            try page.browser.run("document.getElementById('clear').focus()")
            try page.browser.press(.enter)
            try page.browser.wait(for: Self.hasFocus("[data-picks=files]"))
            #expect(try page.browser.complaints() == [])
        }
    }

    private static func hasFocus(_ selector: String) -> String { "document.activeElement.matches('\(selector)')" }

    private static func tab(_ page: DropPage, to selector: String) throws {
        for _ in 0..<40 {
            if try page.browser.run("return \(hasFocus(selector))") as? Bool == true { return }
            try page.browser.press(.tab)
        }
        throw Failure("no way by keyboard to \(selector)")
    }

    @Test("what a strict policy forbids would be heard of", arguments: Browser.Kind.installed)
    func policy(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer()
            let page = try DropPage(kind, port: server.port)
            #expect(try page.browser.complaints() == [])
            let script = "document.body.insertAdjacentHTML('beforeend', '<img src=https://127.0.0.2/x.png>')"
            try page.browser.run(script + "; document.body.lastChild.onerror = () => (window.isRefused = true)")
            try page.browser.wait(for: "window.isRefused")
            var heard: [String] = []
            while heard.isEmpty { heard += try page.browser.complaints() }
            #expect(heard.contains { $0.contains("Content") && $0.contains("Policy") }, "\(heard)")
        }
    }
}
