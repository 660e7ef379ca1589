import Platform
import Testing

@testable import AutoUploadServer

/// Who may connect when many want to.
@Suite struct AdmissionTests {
    private static let (one, two, three) = (
        AddressGroup([10, 0, 0, 1]), AddressGroup([10, 0, 0, 2]), AddressGroup([10, 0, 0, 3])
    )

    private func admit(_ count: Int, from group: AddressGroup, to admission: Door) -> [UInt64] {
        (0..<count).compactMap { _ in
            guard case .admitted(let number, _) = admission.admit(from: group) else { return nil }
            return number
        }
    }

    /// What `#expect` can call: it takes no mutating members.
    private final class Door {
        private var admission: Admission

        init(all: Int = 100, perAddress: Int = 100, beforeLogin: Int = 100, leaving: Int = 64) {
            admission = Admission(
                Admission.Limits(all: all, perAddress: perAddress, beforeLogin: beforeLogin, leaving: leaving))
        }

        var count: Int { admission.count }
        var isCrowded: Bool { admission.isCrowded }
        func isLeaving(_ number: UInt64) -> Bool { admission.isLeaving(number) }
        func admit(from group: AddressGroup) -> Admission.Decision { admission.admit(from: group) }
        func loggedIn(_ number: UInt64) -> Bool { admission.loggedIn(number) }
        func remove(_ number: UInt64) { admission.remove(number) }
    }

    private func displaced(_ decision: Admission.Decision) throws -> UInt64? {
        guard case .admitted(_, let displaced) = decision else { throw Refused() }
        return displaced
    }

    private struct Refused: Error {}

    @Test("a newcomer takes the place of the one that has waited longest, of the address that has most")
    func fair() throws {
        let admission = Door(beforeLogin: 5)
        let first = admit(1, from: Self.two, to: admission)
        let many = admit(4, from: Self.one, to: admission)
        #expect(try displaced(admission.admit(from: Self.three)) == many[0])
        #expect(try displaced(admission.admit(from: Self.one)) == many[1])
        #expect(try displaced(admission.admit(from: Self.two)) == many[2])
        // Now two have two each, and the newcomer makes its own address the one with most.
        #expect(try displaced(admission.admit(from: Self.two)) == first[0])
        #expect(admission.isLeaving(many[0]) && !admission.isLeaving(many[3]))
    }

    @Test("of addresses that have as many, the one that waits longest goes")
    func ties() throws {
        let admission = Door(beforeLogin: 2)
        let first = admit(1, from: Self.two, to: admission)
        _ = admit(1, from: Self.one, to: admission)
        #expect(try displaced(admission.admit(from: Self.three)) == first[0])
    }

    @Test("who is logged in isn't displaced, and who comes when only such are there is refused")
    func loggedIn() throws {
        let admission = Door(all: 3, beforeLogin: 2)
        let numbers = admit(2, from: Self.one, to: admission)
        for number in numbers { #expect(admission.loggedIn(number)) }
        let waiting = admit(1, from: Self.two, to: admission)
        #expect(try displaced(admission.admit(from: Self.one)) == waiting[0])
        let last = try #require(numbers.last) + 2
        #expect(admission.loggedIn(last))
        #expect(admission.admit(from: Self.three) == .refused(reason: "too many connections"))
        admission.remove(numbers[0])
        #expect(try displaced(admission.admit(from: Self.three)) == nil)
    }

    @Test("an address that has its share displaces only its own")
    func perAddress() throws {
        let admission = Door(perAddress: 2)
        let other = admit(1, from: Self.two, to: admission)
        let own = admit(2, from: Self.one, to: admission)
        #expect(admission.loggedIn(own[0]))
        #expect(try displaced(admission.admit(from: Self.one)) == own[1])
        #expect(admission.loggedIn(own[1] + 1))
        #expect(admission.admit(from: Self.one) == .refused(reason: "too many connections from one address"))
        #expect(try displaced(admission.admit(from: Self.two)) == nil)
        #expect(admission.loggedIn(other[0]))
    }

    @Test("who lost its place counts until it is gone, and a login that comes too late is told so")
    func leaving() throws {
        let admission = Door(beforeLogin: 1, leaving: 2)
        let first = admit(3, from: Self.one, to: admission)
        #expect(admission.count == 3)
        #expect(admission.isCrowded)
        #expect(!admission.loggedIn(first[0]))
        guard case .refused = admission.admit(from: Self.two) else { throw Refused() }
        for number in first { admission.remove(number) }
        #expect(admission.count == 0)
        #expect(!admission.isCrowded)
        // Nothing is counted twice, whatever is removed again.
        admission.remove(first[0])
        #expect(admission.count == 0)
    }

    @Test("whatever comes and goes, no bound is passed and nothing is lost count of")
    func walk() {
        var random = SystemRandomNumberGenerator()
        let admission = Door(all: 20, perAddress: 8, beforeLogin: 10, leaving: 5)
        var open: Set<UInt64> = []
        var loggedIn: Set<UInt64> = []
        for _ in 0..<20_000 {
            let number = open.randomElement(using: &random)
            switch UInt8.random(in: 0..<4, using: &random) {
            case 0: if let number { admission.remove(number); open.remove(number); loggedIn.remove(number) }
            case 1: if let number, admission.loggedIn(number) { loggedIn.insert(number) }
            default:
                let group = AddressGroup([10, 0, 0, .random(in: 0..<5, using: &random)])
                guard case .admitted(let new, let displaced) = admission.admit(from: group) else { continue }
                open.insert(new)
                if let displaced { #expect(open.contains(displaced) && !loggedIn.contains(displaced)) }
            }
            #expect(admission.count == open.count)
            #expect(open.count { !admission.isLeaving($0) } <= 20)
            #expect(open.count { !admission.isLeaving($0) && !loggedIn.contains($0) } <= 10)
        }
        for number in open { admission.remove(number) }
        #expect(admission.count == 0)
    }

    @Test("an address is an IPv4 address, or a /64 network of IPv6")
    func groups() {
        #expect(Self.one != Self.two)
        let network: [UInt8] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 1]
        let zeros = [UInt8](repeating: 0, count: 8)
        #expect(AddressGroup(network + zeros) == AddressGroup(network + [UInt8](repeating: 9, count: 8)))
        #expect(AddressGroup(network + zeros) != AddressGroup(network.dropLast() + [2] + zeros))
        #expect(AddressGroup([0, 0, 0, 0]) != AddressGroup(zeros + zeros))
    }
}
