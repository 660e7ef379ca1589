import Platform
import Testing

@testable import AutoUploadClient

@Suite("Interface gate")
struct InterfaceGateTests {
    @Test("is always open where no interface is named")
    func isOpenWithoutName() {
        let gate = InterfaceGate([], isUsable: { _ in false }, log: { _ in })
        #expect(gate.isOpen())
        #expect(gate.isStillOpen())
    }

    @Test("says once that it waits and once that it is back")
    func saysOnce() {
        var isUsable = true
        var said: [String] = []
        let gate = InterfaceGate(
            ["wlan0"], isUsable: { _ in isUsable }, log: { said.append($0.text) }, names: { ["wlan0"] })
        #expect(gate.isOpen())
        isUsable = false
        #expect(!gate.isOpen())
        #expect(!gate.isOpen())
        isUsable = true
        #expect(gate.isOpen())
        #expect(
            said == [
                "waiting-for-interface interface=wlan0 reason=\"it is down, or has no address\"",
                "interface-up interface=wlan0",
            ])
    }

    @Test("of several the first that is usable is chosen, and a connection stays with the one that was chosen for it")
    func prefersTheFirst() {
        var usable: Set = ["usb0"]
        var said: [String] = []
        let gate = InterfaceGate(
            ["wlan0", "usb0"], isUsable: { usable.contains($0) }, log: { said.append($0.text) },
            names: { ["wlan0", "usb0"] })
        #expect(gate.isOpen())
        #expect(gate.binding == "usb0")
        usable = ["wlan0", "usb0"]
        #expect(gate.isChosenOpen())
        #expect(gate.binding == "usb0")
        usable = ["wlan0"]
        #expect(!gate.isChosenOpen(), "the connection's own is down")
        #expect(gate.isOpen(), "the next connection takes the other")
        #expect(gate.binding == "wlan0")
        usable = []
        #expect(!gate.isOpen())
        #expect(said.last?.hasPrefix("waiting-for-interface interface=wlan0,usb0 ") == true)
    }

    @Test("an interface that isn't there is told from one that is down, with the names of those that are")
    func isNotThere() {
        var said: [String] = []
        let gate = InterfaceGate(
            ["wlan1"], isUsable: { _ in false }, log: { said.append($0.text) }, names: { ["wlan0", "lo"] })
        #expect(!gate.isOpen())
        #expect(said.count == 1)
        #expect(said.first?.contains("there is no such interface, only lo, wlan0") == true)
    }

    @Test("looks again only after a while when it is asked all the time")
    func looksSeldom() {
        var looks = 0
        let gate = InterfaceGate(
            ["wlan0"],
            isUsable: { _ in
                looks += 1
                return true
            }, log: { _ in })
        for _ in 0..<10_000 { _ = gate.isStillOpen() }
        #expect((1...2).contains(looks))
    }

    @Test("an interface that doesn't exist isn't usable, the loopback is")
    func asksTheSystem() {
        #expect(!InterfaceGate(["no-such-if0"], log: { _ in }).isOpen())
        #expect(InterfaceGate(["lo"], log: { _ in }).isOpen())
    }
}
