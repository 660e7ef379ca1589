import Platform

/// Lets passes go on only while one of the interfaces that a person named is usable; always where none was named. A connection
/// stays with the one that was chosen for it.
final class InterfaceGate {
    /// In the order in which they are preferred.
    private let interfaces: [String]
    private let isUsable: (String) -> Bool
    private let names: () -> Set<String>?
    private let log: (LogLine) -> Void
    /// Whether connections are bound to it; tests name interfaces that aren't there.
    private let binds: Bool
    private var chosen: String?
    private var wasOpen = true
    private var nextLook = Instant(nanoseconds: 0)
    private var nextTelling = Instant(nanoseconds: 0)

    /// How long an answer is good for while data flows.
    private static let lookSeconds = 1.0

    /// - Parameter interfaces: their names, the preferred one first; none lets everything pass.
    init(
        _ interfaces: [String], isUsable: @escaping (String) -> Bool = InterfaceGate.isUsable,
        log: @escaping (LogLine) -> Void = Log.write,
        names: @escaping () -> Set<String>? = { try? NetworkInterface.names() }, binds: Bool = true
    ) {
        self.interfaces = interfaces
        self.isUsable = isUsable
        self.names = names
        self.log = log
        self.binds = binds
    }

    /// The only interface that a connection may use; nil: any.
    var binding: String? { binds ? chosen : nil }

    /// Chooses the first interface that is usable, and says so when that has changed, or there has been none for long.
    func isOpen() -> Bool {
        interfaces.isEmpty || look(at: interfaces)
    }

    /// Whether the one that was chosen is still usable.
    func isChosenOpen() -> Bool {
        interfaces.isEmpty || look(at: chosen.map { [$0] } ?? interfaces)
    }

    /// The same, looking about once a second however often it is asked.
    func isStillOpen() -> Bool {
        interfaces.isEmpty || Instant.now < nextLook ? wasOpen : isChosenOpen()
    }

    private func look(at interfaces: [String]) -> Bool {
        let usable = interfaces.first(where: isUsable)
        nextLook = Instant.now.advanced(bySeconds: Self.lookSeconds)
        let isOpen = usable != nil
        let isAnother = isOpen && chosen != nil && usable != chosen
        if isOpen != wasOpen || isAnother || !isOpen && Instant.now >= nextTelling { say(usable) }
        wasOpen = isOpen
        if let usable { chosen = usable }
        return isOpen
    }

    private func say(_ usable: String?) {
        nextTelling = Instant.now.advanced(bySeconds: TellingAgain.interface)
        var line = LogLine(
            usable == nil ? "waiting-for-interface" : "interface-up", level: usable == nil ? .warning : .info)
        line.add("interface", usable ?? interfaces.joined(separator: ","))
        if usable == nil { line.add("reason", reason) }
        log(line)
    }

    /// A name that is misspelt is told from an interface that is down; one that isn't there may still be plugged in.
    private var reason: String {
        guard let names = names(), names.isDisjoint(with: interfaces) else { return "it is down, or has no address" }
        return "there is no such interface, only \(names.sorted().joined(separator: ", ")): look at --inet"
    }

    /// An interface that can't be asked about counts as down: nothing must leave over another by mistake.
    private static func isUsable(_ name: String) -> Bool {
        (try? NetworkInterface.isUsable(name)) ?? false
    }
}
