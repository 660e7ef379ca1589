import Testing

@testable import Transport

@Suite struct ApplicationProtocolTests {
    private func choose(_ ours: [String], from theirs: [String]) -> String? {
        let offers = theirs.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        return ApplicationProtocols(ours).choose(from: offers).map { String(decoding: offers[$0], as: UTF8.self) }
    }

    @Test("the server's most wanted of those that the client offers, whatever the client's order")
    func order() {
        let ours = ["auto-upload/1", "http/1.1"]
        #expect(choose(ours, from: ["h2", "http/1.1"]) == "http/1.1")
        #expect(choose(ours, from: ["http/1.1", "auto-upload/1"]) == "auto-upload/1")
        #expect(choose(ours, from: ["h2", "auto-upload/2", "auto-upload/10"]) == nil)
        #expect(choose([], from: ["http/1.1"]) == nil)
        #expect(choose(ours, from: []) == nil)
    }

    @Test("a list that ends in the midst of a name is no reason to read beyond it")
    func truncated() {
        let ours = ApplicationProtocols(["http/1.1"])
        #expect(ours.choose(from: [200] + Array("http/1.1".utf8)) == 1..<9)
        #expect(ours.choose(from: [8] + Array("http/1".utf8)) == nil)
        #expect(ours.choose(from: [255]) == nil)
    }
}
