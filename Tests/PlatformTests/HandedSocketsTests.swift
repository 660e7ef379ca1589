import Testing

@testable import Platform

@Suite("What a service manager says of sockets")
struct HandedSocketsTests {
    private func names(_ variables: [String: String]) -> [String]? {
        HandedSockets.Announcement({ variables[$0] }, process: 42)?.names
    }

    @Test("they are for the process that is named, and have names, or none")
    func announced() {
        #expect(names(["LISTEN_PID": "42", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "tls:http"]) == ["tls", "http"])
        #expect(names(["LISTEN_PID": "42", "LISTEN_FDS": "2"]) == ["unknown", "unknown"])
        #expect(names(["LISTEN_PID": "42", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "tls"]) == ["tls", "unknown"])
        #expect(names(["LISTEN_PID": "42", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "a:b"]) == ["a"])
    }

    @Test(
        "what is for others, or makes no sense, is none",
        arguments: [
            [:], ["LISTEN_FDS": "1"], ["LISTEN_PID": "41", "LISTEN_FDS": "1"], ["LISTEN_PID": "42"],
            ["LISTEN_PID": "42", "LISTEN_FDS": "0"], ["LISTEN_PID": "42", "LISTEN_FDS": "-1"],
            ["LISTEN_PID": "42", "LISTEN_FDS": "1000000"], ["LISTEN_PID": "x", "LISTEN_FDS": "1"],
        ])
    func none(_ variables: [String: String]) {
        #expect(names(variables) == nil)
    }
}
