import Domain
import Foundation
import Testing
import Transport

extension Curl {
    /// The challenge that the server gives, answered.
    func answerToChallenge() throws -> String {
        let challenge = try self("/challenge", [])
        #expect(challenge.status == 200 && challenge.fields["content-type"] == "application/json")
        let text = Data(challenge.text.utf8)
        let fields = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        let most = try #require(fields["maxnumber"] as? Int)
        let (salt, hash) = (try #require(fields["salt"] as? String), try #require(fields["challenge"] as? String))
        let number = try #require(
            (0...most).first { ContentHasher.digest(of: Array("\(salt)\($0)".utf8))?.description == hash })
        var answer = fields.filter { $0.key != "maxnumber" }
        answer["number"] = number
        return try JSONSerialization.data(withJSONObject: answer).base64EncodedString()
    }

    func proof() throws -> [String] { ["-H", "Altcha: \(try answerToChallenge())"] }
}
