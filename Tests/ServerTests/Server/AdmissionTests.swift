import Platform
import Testing

@testable import Connections

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

        init(all: Int = 100, perAddress: Int = 100, beforeLogin: Int = 100, lobby: Int = 1, leaving: Int = 64) {
            admission = Admission(
                Admission.Limits(
                    all: all, perAddress: perAddress, beforeLogin: beforeLogin, lobby: lobby, leaving: leaving))
        }

        /// Who has been idle for long, of those that are logged in.
        var idle: Set<UInt64> = []

        var count: Int { admission.count }
        var isCrowded: Bool { admission.isCrowded }
        func isLeaving(_ number: UInt64) -> Bool { admission.isLeaving(number) }
        func admit(from group: AddressGroup) -> Admission.Decision { admission.admit(from: group) }
        func logIn(_ number: UInt64, as user: String = "anna") -> Admission.LoginDecision {
            guard let name = FileName(user) else { return .refused }
            return admission.loggedIn(number, as: name) { number in
                Standing.Activity(
                    isBusy: false, lastWork: idle.contains(number) ? Instant(nanoseconds: 0) : .now)
            }
        }
        func loggedIn(_ number: UInt64) -> Bool { logIn(number) == .stays(displaced: nil) }
        func move(_ number: UInt64, to group: AddressGroup) -> Bool { admission.move(number, to: group) }
        func arrive(_ number: UInt64, from group: AddressGroup) -> UInt64? { admission.arrive(number, from: group) }
        func remove(_ number: UInt64) { admission.remove(number) }
    }

    @Test("whose connection a proxy passes on is looked at as if it had come from there")
    func arrived() {
        let admission = Door(perAddress: 2, beforeLogin: 4)
        var ofProxy: [UInt64] = []
        var displaced: [UInt64?] = []
        for group in [Self.two, Self.two, Self.three, Self.two] {
            ofProxy += admit(1, from: Self.one, to: admission)
            displaced.append(admission.arrive(ofProxy[ofProxy.count - 1], from: group))
        }
        // Unlike who moves in the midst of a connection, it isn't refused: the address' longest waiting one makes room.
        #expect(displaced == [nil, nil, nil, ofProxy[0]] && admission.isLeaving(ofProxy[0]))
        // Who has lost its place gets no other.
        #expect(admission.arrive(ofProxy[0], from: Self.three) == nil && admission.isLeaving(ofProxy[0]))
        for number in ofProxy { admission.remove(number) }
        #expect(admission.count == 0)
    }

    @Test("who turns out to be another address's counts there, and waits as long as before")
    func moved() throws {
        let admission = Door(perAddress: 2, beforeLogin: 4)
        let ofProxy = admit(2, from: Self.one, to: admission)
        let own = admit(1, from: Self.two, to: admission)
        #expect(admission.move(ofProxy[0], to: Self.two) && admission.move(ofProxy[0], to: Self.two))
        #expect(!admission.move(ofProxy[1], to: Self.two))
        #expect(admission.loggedIn(ofProxy[1]) && admission.move(ofProxy[1], to: Self.three))
        // The address' longest waiting one goes first: it came before the other.
        #expect(try displaced(admission.admit(from: Self.two)) == ofProxy[0])
        #expect(admission.isLeaving(ofProxy[0]) && !admission.isLeaving(own[0]))
        #expect(admission.move(ofProxy[0], to: Self.one))
        for number in ofProxy + own { admission.remove(number) }
        #expect(admission.count == 1)
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

    @Test("a site's many networks count together: a flood from them displaces its own")
    func sites() throws {
        let admission = Door(beforeLogin: 4)
        let first = admit(1, from: Self.one, to: admission)
        let flood = (1...3 as ClosedRange<UInt8>).map {
            AddressGroup([0x20, 1, 0xd, 0xb8, 0, 1, 0, $0] + [UInt8](repeating: 0, count: 8))
        }
        let own = flood.flatMap { admit(1, from: $0, to: admission) }
        #expect(try displaced(admission.admit(from: Self.two)) == own[0])
        #expect(try displaced(admission.admit(from: flood[0])) == own[1])
        #expect(!admission.isLeaving(first[0]))
    }

    @Test("who comes when all places are taken may log in, one after another, and needs another's place then")
    func lobby() throws {
        let admission = Door(all: 3, beforeLogin: 3)
        let numbers = admit(3, from: Self.one, to: admission)
        for number in numbers { #expect(admission.loggedIn(number)) }
        let first = admit(1, from: Self.two, to: admission)
        #expect(try displaced(admission.admit(from: Self.three)) == first[0])
        let second = first[0] + 1
        #expect(admission.logIn(first[0]) == .lost)
        // Of the same user, nobody of whom is idle.
        #expect(admission.logIn(second) == .refused)
        admission.idle = [numbers[1]]
        #expect(admission.logIn(second) == .stays(displaced: numbers[1]))
        let third = admit(1, from: Self.two, to: admission)
        guard case .stays(let displaced?) = admission.logIn(third[0], as: "bert") else { throw Refused() }
        #expect([numbers[0], numbers[2], second].contains(displaced))
        let fourth = admit(1, from: Self.two, to: admission)
        #expect(admission.logIn(fourth[0], as: "bert") == .refused)
        admission.remove(second)
        #expect(admission.isLeaving(displaced) || displaced == second)
    }

    @Test("an address that has its share displaces only its own")
    func perAddress() throws {
        let admission = Door(perAddress: 2)
        let other = admit(1, from: Self.two, to: admission)
        let own = admit(2, from: Self.one, to: admission)
        #expect(admission.loggedIn(own[0]))
        #expect(try displaced(admission.admit(from: Self.one)) == own[1])
        #expect(admission.loggedIn(own[1] + 1))
        // One more may log in; another address's connections make no room for it.
        let more = admit(1, from: Self.one, to: admission)
        admission.idle = [other[0]]
        #expect(admission.logIn(more[0]) == .refused)
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
        let admission = Door(all: 20, perAddress: 8, beforeLogin: 10, lobby: 3, leaving: 5)
        var open: Set<UInt64> = []
        var loggedIn: Set<UInt64> = []
        for _ in 0..<20_000 {
            let number = open.randomElement(using: &random)
            switch UInt8.random(in: 0..<4, using: &random) {
            case 0: if let number { admission.remove(number); open.remove(number); loggedIn.remove(number) }
            case 1:
                guard let number, !loggedIn.contains(number) else { continue }
                let user = ["anna", "bert", "carl"].randomElement(using: &random) ?? ""
                guard case .stays(let displaced) = admission.logIn(number, as: user) else { continue }
                if let displaced { #expect(loggedIn.contains(displaced)) }
                loggedIn.insert(number)
            default:
                let group = AddressGroup([10, 0, 0, .random(in: 0..<5, using: &random)])
                guard case .admitted(let new, let displaced) = admission.admit(from: group) else { continue }
                open.insert(new)
                if let displaced { #expect(open.contains(displaced) && !loggedIn.contains(displaced)) }
            }
            #expect(admission.count == open.count)
            #expect(open.count { !admission.isLeaving($0) } <= 23)
            #expect(loggedIn.count { !admission.isLeaving($0) } <= 20)
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
