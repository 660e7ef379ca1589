import Glibc
import Platform
import Transport

/// One connection through a `FrameProxy`, moved on by one thread.
struct FrameRelay: ~Copyable {
    private var client: ProxySide
    private var server: ProxySide
    private var up: FrameMeter
    private var down: FrameMeter
    private let cut: Cut?
    private(set) var isCut = false

    var fromClient: Traffic { up.traffic }
    var fromServer: Traffic { down.traffic }

    init(_ client: consuming ProxySide, _ server: consuming ProxySide, _ cut: Cut?) {
        self.client = client
        self.server = server
        self.cut = cut
        up = FrameMeter(cut?.direction == .fromClient ? cut : nil)
        down = FrameMeter(cut?.direction == .fromServer ? cut : nil)
    }

    /// Passes frames on until both sides have ended, the cut is made, or the flag is set.
    ///
    /// - Parameter report: called whenever something went on.
    mutating func run(until stop: StopFlag, _ report: (borrowing FrameRelay) -> Void) {
        while !stop.isSet, !(client.isOver && server.isOver) {
            var moved = Self.move(from: &client, to: &server, &up, &isCut)
            // A cut of the other direction is made when that direction comes to it, not once more by this one.
            let wasCut = isCut
            if !wasCut { moved = Self.move(from: &server, to: &client, &down, &isCut) || moved }
            if isCut {
                end(stop, report)
                return
            }
            if moved { report(self) } else { pause() }
        }
        report(self)
    }

    /// Reads from one side what there is, and writes to the other what goes through.
    ///
    /// - Returns: whether anything happened.
    private static func move(
        from source: inout ProxySide, to target: inout ProxySide, _ meter: inout FrameMeter, _ isCut: inout Bool
    ) -> Bool {
        var moved = target.write()
        if source.mayRead(for: target), let bytes = source.read() {
            moved = true
            isCut = meter.filter(bytes, into: &target.output)
            _ = target.write()
        }
        if source.hasEnded, target.output.isEmpty { target.end(politely: source.saidGoodbye) }
        return moved
    }

    private func pause() {
        var polls = [
            client.poll(isReading: client.mayRead(for: server)), server.poll(isReading: server.mayRead(for: client)),
        ]
        _ = unsafe poll(&polls, 2, 100)
    }
}

// MARK: - The end

extension FrameRelay {
    private mutating func end(_ stop: StopFlag, _ report: (borrowing FrameRelay) -> Void) {
        guard let cut else { return }
        // What went through before the cut has reached the peer.
        let deadline = Deadline.after(seconds: 10)
        while !stop.isSet, !deadline.hasPassed, !(client.output.isEmpty && server.output.isEmpty) {
            let moved = client.write()
            if !server.write(), !moved { pause() }
        }
        // Before anybody can notice.
        report(self)
        switch cut.manner {
        case .goodbye, .end:
            client.end(politely: cut.manner == .goodbye)
            server.end(politely: cut.manner == .goodbye)
            // Closing with something unread would be a reset.
            client.drain()
            server.drain()
        case .reset:
            client.resetAtClose()
            server.resetAtClose()
        case .silence:
            while !stop.isSet { Platform.Thread.sleep(seconds: 0.05) }
        case .deafness:
            goOnOneWay(stop, report)
        }
    }

    private mutating func goOnOneWay(_ stop: StopFlag, _ report: (borrowing FrameRelay) -> Void) {
        while !stop.isSet {
            let moved: Bool
            if cut?.direction == .fromServer {
                moved = Self.move(from: &client, to: &server, &up)
                server.swallow()
            } else {
                moved = Self.move(from: &server, to: &client, &down)
                client.swallow()
            }
            if moved { report(self) } else { Platform.Thread.sleep(seconds: 0.01) }
        }
    }

    private static func move(
        from source: inout ProxySide, to target: inout ProxySide, _ meter: inout FrameMeter
    ) -> Bool {
        var isCut = false
        return move(from: &source, to: &target, &meter, &isCut)
    }
}
