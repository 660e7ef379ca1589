import Platform
import Testing

@testable import AutoUploadClient

@Suite("Where the state lives")
struct StateLocationTests {
    private func folder(
        option: String? = nil, server: String = "host:443", user: String = "user", watched: String = "/video",
        _ environment: [String: String] = [:], home: String? = "/home/passwd"
    ) throws -> String {
        try StateLocation.folder(
            option: option, server: server, user: user, watchedFolder: watched, environment: { environment[$0] },
            home: { home })
    }

    @Test(
        "the first place that was named counts",
        arguments: [
            ("/opt/state", ["STATE_DIRECTORY": "/s", "XDG_STATE_HOME": "/x", "HOME": "/h"], "/opt/state"),
            ("relative/", ["HOME": "/h"], "relative"),
            (nil, ["STATE_DIRECTORY": "/s", "XDG_STATE_HOME": "/x", "HOME": "/h"], "/s"),
            (nil, ["STATE_DIRECTORY": "/s:/t", "HOME": "/h"], "/s"),
            (nil, ["STATE_DIRECTORY": "", "XDG_STATE_HOME": "/x", "HOME": "/h"], "/x/auto-upload"),
            (nil, ["XDG_STATE_HOME": "relative", "HOME": "/h"], "/h/.local/state/auto-upload"),
            (nil, ["XDG_STATE_HOME": "", "HOME": ""], "/home/passwd/.local/state/auto-upload"),
            ("", ["HOME": "/h/"], "/h/.local/state/auto-upload"),
        ])
    func choosesBase(_ option: String?, _ environment: [String: String], _ base: String) throws {
        let found = try folder(option: option, environment)
        #expect(found.hasPrefix(base + "/.auto-upload-state-"))
        #expect(!found.dropFirst(base.count + 1).contains("/"))
    }

    @Test("every part of the key makes another place")
    func isKeyed() throws {
        let places = try [
            folder(), folder(server: "host:444"), folder(user: "userx"), folder(watched: "/video2"),
            folder(server: "host:443u", user: "ser"), folder(user: "user/video", watched: ""),
        ]
        #expect(Set(places).count == places.count)
        #expect(try folder() == places[0])
    }

    @Test("without any place there is a clear error")
    func failsClearly() throws {
        let error = #expect(throws: StateError.self) { try folder(home: nil) }
        #expect(error?.description.contains("--state") == true)
        #expect(error?.exitCode == .configuration)
    }
}
