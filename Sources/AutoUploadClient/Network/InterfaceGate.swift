import Platform

/// Lets passes go on only while the interface that a person named is usable; always where none was named.
final class InterfaceGate {
    private let name: String?
    private let isUsable: (String) -> Bool
    private let names: () -> Set<String>?
    private let log: (LogLine) -> Void
    private var wasOpen = true
    private var nextLook = Instant(nanoseconds: 0)
    private var nextTelling = Instant(nanoseconds: 0)

    /// How long an answer is good for while data flows.
    private static let lookSeconds = 1.0

    /// - Parameter name: of the interface; nil lets everything pass.
    init(
        name: String?, isUsable: @escaping (String) -> Bool = InterfaceGate.isUsable,
        log: @escaping (LogLine) -> Void = Log.write,
        names: @escaping () -> Set<String>? = { try? NetworkInterface.names() }
    ) {
        self.name = name
        self.isUsable = isUsable
        self.names = names
        self.log = log
    }

    /// Looks whether the interface is usable, and says so when that has changed, or has been otherwise for long.
    func isOpen() -> Bool {
        guard let name else { return true }
        let isOpen = isUsable(name)
        nextLook = Instant.now.advanced(bySeconds: Self.lookSeconds)
        if isOpen != wasOpen || !isOpen && Instant.now >= nextTelling { say(isOpen, name) }
        wasOpen = isOpen
        return isOpen
    }

    /// The same, looking about once a second however often it is asked.
    func isStillOpen() -> Bool {
        name == nil || Instant.now < nextLook ? wasOpen : isOpen()
    }

    private func say(_ isOpen: Bool, _ name: String) {
        nextTelling = Instant.now.advanced(bySeconds: TellingAgain.interface)
        var line = LogLine(isOpen ? "interface-up" : "waiting-for-interface", level: isOpen ? .info : .warning)
        line.add("interface", name)
        if !isOpen { line.add("reason", reason(name)) }
        log(line)
    }

    /// A name that is misspelt is told from an interface that is down; one that isn't there may still be plugged in.
    private func reason(_ name: String) -> String {
        guard let names = names(), !names.contains(name) else { return "it is down, or has no address" }
        return "there is no such interface, only \(names.sorted().joined(separator: ", ")): look at --inet"
    }

    /// An interface that can't be asked about counts as down: nothing must leave over another by mistake.
    private static func isUsable(_ name: String) -> Bool {
        (try? NetworkInterface.isUsable(name)) ?? false
    }
}
