import TestSupport
import Testing

extension AdminVisitor {
    /// Makes a link of a user's file or folder.
    ///
    /// - Returns: its address, as "/ID".
    func makeLink(_ path: String, of user: String = Fixtures.user, _ form: [String: String] = [:]) throws -> String {
        let target = "/admin/share/\(user)/\(path)"
        // The catalogue is opened beside the server's start.
        guard try eventually({ try get(target).status == 200 }) else { throw Failure("\(target) can't be shared") }
        let before = try addresses(on: target)
        let answer = try post(target, form.merging(["token": try token()]) { $1 })
        guard answer.status == 303 else { throw Failure("not shared: \(answer.status) \(answer.text)") }
        return try #require(try addresses(on: target).subtracting(before).first)
    }

    private func addresses(on target: String) throws -> Set<String> {
        Set(try get(target).text.matches(of: /<a href="(\/[^"\/]+)">https:/).map { String($0.1) })
    }

    func revoke(_ address: String) throws {
        let form = ["id": String(address.dropFirst()), "token": try token()]
        guard try post("/admin/links/revoke", form).status == 303 else { throw Failure("not revoked") }
    }
}
