import Platform

/// Lets passes go on only while the interface that a person named is usable; always where none was named.
final class InterfaceGate {
    private let name: String?
    private let isUsable: (String) -> Bool
    private let log: (LogLine) -> Void
    private var wasOpen = true
    private var nextLook = Instant(nanoseconds: 0)

    /// How long an answer is good for while data flows.
    private static let lookSeconds = 1.0

    /// - Parameter name: of the interface; nil lets everything pass.
    init(
        name: String?, isUsable: @escaping (String) -> Bool = InterfaceGate.isUsable,
        log: @escaping (LogLine) -> Void = Log.write
    ) {
        self.name = name
        self.isUsable = isUsable
        self.log = log
    }

    /// Looks whether the interface is usable, and says so when that has changed.
    func isOpen() -> Bool {
        guard let name else { return true }
        let isOpen = isUsable(name)
        nextLook = Instant.now.advanced(bySeconds: Self.lookSeconds)
        if isOpen != wasOpen { say(isOpen, name) }
        wasOpen = isOpen
        return isOpen
    }

    /// The same, looking about once a second however often it is asked.
    func isStillOpen() -> Bool {
        name == nil || Instant.now < nextLook ? wasOpen : isOpen()
    }

    private func say(_ isOpen: Bool, _ name: String) {
        var line = LogLine(isOpen ? "interface-up" : "waiting-for-interface", level: isOpen ? .info : .warning)
        line.add("interface", name)
        log(line)
    }

    /// An interface that can't be asked about counts as down: nothing must leave over another by mistake.
    private static func isUsable(_ name: String) -> Bool {
        (try? NetworkInterface.isUsable(name)) ?? false
    }
}
