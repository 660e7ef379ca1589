import Testing

/// Says which browsers the page isn't tried in.
@Suite("Browsers")
struct InstalledBrowserTests {
    @Test("Chromium", .enabled(if: Browser.Kind.chromium.isInstalled, "chromium and chromium-driver aren't installed"))
    func chromium() throws {
        #expect(try Browser(.chromium).run("return 6 * 7") as? Int == 42)
    }

    @Test("Firefox", .enabled(if: Browser.Kind.firefox.isInstalled, "firefox-esr isn't installed"))
    func firefox() throws {
        #expect(try Browser(.firefox).run("return 6 * 7") as? Int == 42)
    }
}
