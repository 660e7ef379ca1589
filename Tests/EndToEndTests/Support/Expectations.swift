import Domain
import TestSupport
import Testing
import Wire

/// What must hold after whatever a peer has done.
extension TestServer {
    /// A good client is served.
    func expectServing(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let client = try loggedIn(Fixtures.otherUser, Fixtures.otherPassword)
        let content = sample(1000)
        let answer = try client.upload(content, to: "served.bin")
        guard case .stored(_, let confirmation, _) = answer else { throw Failure("not stored: \(answer)") }
        #expect(try confirmation.digest.description == digest(of: content), sourceLocation: sourceLocation)
        client.close()
        _ = try logLine(with: " closed ", "address=\(client.address)")
    }

    /// The connection has ended; the user's folder holds these files and nothing else, no upload is under way, nothing lies
    /// beside the users' folders, and a good client is served.
    func expectOnly(
        _ files: [String], afterTheEndOf client: ProtocolClient, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        _ = try logLine(with: " closed ", "address=\(client.address)")
        try expectServing(sourceLocation: sourceLocation)
        #expect(try site.partials() == [], sourceLocation: sourceLocation)
        #expect(try site.stored().keys.sorted() == files.sorted(), sourceLocation: sourceLocation)
        let beside = Set(try site.scratch.names(in: "storage"))
        let expected: Set = [".auto-upload", Site.marker, Fixtures.user, Fixtures.otherUser]
        #expect(beside.subtracting(expected) == [], sourceLocation: sourceLocation)
        #expect(try site.scratch.names() == ["storage", "users"], sourceLocation: sourceLocation)
    }
}

/// Whether a program has said one line, and nothing more.
func isOneLine(_ text: String) -> Bool {
    text.hasSuffix("\n") && text.dropLast().allSatisfy { $0 != "\n" }
}
