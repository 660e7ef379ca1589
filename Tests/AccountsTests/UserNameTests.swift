import Accounts
import Foundation
import TestSupport
import Testing

@Suite("User names")
struct UserNameTests {
    static let vectors = (try? vectorLines("names.txt", in: .module)) ?? []

    @Test("there are vectors")
    func vectorsAreThere() {
        #expect(Self.vectors.count > 40)
    }

    @Test("each is taken or refused for its reason", arguments: vectors)
    func vector(_ line: String) {
        let parts = line.split(separator: " ", maxSplits: 1)
        let text = parts.count == 2 ? parts[1] : ""
        do throws(UserNameError) {
            let name = try UserName(text)
            #expect(name.text == text)
            #expect(parts[0] == "valid")
        } catch {
            #expect(parts[0] == error.rawValue)
        }
    }

    @Test("no byte beyond the documented set is taken")
    func bytes() {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@".utf8)
        for byte in UInt8.min...UInt8.max {
            let name = try? UserName(bytes: [UInt8(ascii: "a"), byte, UInt8(ascii: "z")])
            #expect((name != nil) == allowed.contains(byte))
        }
    }

    @Test("capital letters count, except for what can stand beside each other")
    func folding() throws {
        let (small, capital) = (try UserName("anna@x"), try UserName("ANNA@X"))
        #expect(small != capital)
        #expect(small.folded == capital.folded)
    }

    @Test("every reason is in words", arguments: UserNameError.allCases)
    func reasons(_ error: UserNameError) {
        #expect(error.description.contains(" "))
    }
}
