import Glibc
import Platform
import TestSupport

/// One connection through a `LinkProxy`, moved on by one thread.
struct LinkRelay: ~Copyable {
    private let client: Socket
    private let server: Socket
    private let quality: LinkQuality
    private var up = Lane()
    private var down = Lane()

    init(_ client: consuming Socket, _ server: consuming Socket, _ quality: LinkQuality) {
        self.client = client
        self.server = server
        self.quality = quality
    }

    private var passed: LinkProxy.Passed {
        LinkProxy.Passed(bytes: up.passed + down.passed, roundTrips: max(up.depth, down.depth) / 2)
    }

    mutating func run(until stop: StopFlag, isReleased: StopFlag, _ report: (LinkProxy.Passed) -> Void) {
        let (client, server) = (self.client.rawDescriptor, self.server.rawDescriptor)
        while !stop.isSet, !(up.isOver && down.isOver) {
            up.read(from: client, quality, after: down.depth)
            down.read(from: server, quality, after: up.depth)
            let holdsFiles = isHeld(after: quality.holdsAfter, isReleased)
            if !holdsFiles { up.write(to: server, quality, room: room) }
            let holdsAnswers = isHeld(after: quality.holdsAnswersAfter, isReleased)
            if !holdsAnswers { down.write(to: client, quality, room: room) }
            report(passed)
            if room == 0 { return quality.vanishes ? vanish(until: stop, report) : breakOff(report) }
            pause(isHeld: holdsFiles || holdsAnswers)
        }
    }

    private func isHeld(after bytes: Int?, _ isReleased: StopFlag) -> Bool {
        bytes.map { up.passed >= $0 && !isReleased.isSet } ?? false
    }

    /// Bytes that may still pass before the link breaks.
    private var room: Int {
        quality.breaksAfter.map { max(0, $0 - up.passed - down.passed) } ?? .max
    }

    private func breakOff(_ report: (LinkProxy.Passed) -> Void) {
        for descriptor in [client.rawDescriptor, server.rawDescriptor] {
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        }
        var passed = passed
        passed.isBroken = true
        report(passed)
    }

    /// The sockets stay, so that neither side hears of an end.
    private func vanish(until stop: StopFlag, _ report: (LinkProxy.Passed) -> Void) {
        for descriptor in [client.rawDescriptor, server.rawDescriptor] { try? Vanishing.begin(on: descriptor) }
        var passed = passed
        passed.isBroken = true
        report(passed)
        while !stop.isSet { Platform.Thread.sleep(seconds: 0.1) }
    }

    private func pause(isHeld: Bool) {
        var polls = [
            poll(client.rawDescriptor, reads: up, writes: down), poll(server.rawDescriptor, reads: down, writes: up),
        ]
        // What is held back would be due at once.
        let milliseconds = isHeld ? 10 : min(100, up.milliseconds, down.milliseconds)
        // Rounded up: nothing is sent before its time, and nobody asks in a circle until it has come.
        _ = unsafe Glibc.poll(&polls, 2, milliseconds)
    }

    private func poll(_ descriptor: CInt, reads: borrowing Lane, writes: borrowing Lane) -> pollfd {
        let events = (reads.mayRead ? POLLIN : 0) | (writes.isBlocked ? POLLOUT : 0)
        return pollfd(fd: events == 0 ? -1 : descriptor, events: Int16(events), revents: 0)
    }
}

/// What is under way in one direction.
private struct Lane {
    private var waiting: [Part] = []
    private var waitingBytes = 0
    private var nextWrite = Instant(nanoseconds: 0)
    private var hasEnded = false
    private var isShut = false
    private(set) var isBlocked = false
    private(set) var passed = 0
    /// How long a chain of parts, there and back, has arrived over this lane.
    private(set) var depth = 0

    private struct Part {
        var bytes: ArraySlice<UInt8>
        let due: Instant
        let depth: Int
    }

    private static let mostWaiting = 1 << 20

    var isOver: Bool { isShut }
    var mayRead: Bool { !hasEnded && waitingBytes < Self.mostWaiting }

    /// For poll(2): until the next part is due.
    var milliseconds: CInt {
        guard let first = waiting.first, !isBlocked else { return 100 }
        return CInt(min(100, (max(first.due, nextWrite).seconds(since: .now) * 1000).rounded(.up)))
    }

    mutating func read(from descriptor: CInt, _ quality: LinkQuality, after other: Int) {
        guard mayRead else { return }
        // Small parts on a slow link: its rate is kept from one to the next.
        let size = quality.rate.map { max(1, min(16 * 1024, Int($0 / 50))) } ?? 64 * 1024
        var buffer = [UInt8](repeating: 0, count: size)
        let count = unsafe recv(descriptor, &buffer, size, CInt(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { return }
        guard count > 0 else { return hasEnded = true }
        waiting.append(
            Part(bytes: buffer[..<count], due: .now.advanced(bySeconds: quality.delay), depth: other + 1))
        waitingBytes += count
    }

    mutating func write(to descriptor: CInt, _ quality: LinkQuality, room: Int) {
        isBlocked = false
        if waiting.isEmpty { return end(descriptor) }
        let now = Instant.now
        guard let part = waiting.first, part.due <= now, nextWrite <= now, room > 0 else { return }
        let size = min(part.bytes.count, room, bytesBeforeStall(quality))
        let count = unsafe part.bytes.withUnsafeBufferPointer {
            unsafe send(descriptor, $0.baseAddress, size, sendFlags)
        }
        guard count > 0 else {
            // A peer that is gone takes everything.
            if errno == EAGAIN { isBlocked = true } else { pass(part.bytes.count) }
            return
        }
        depth = max(depth, part.depth)
        pass(count)
        if let rate = quality.rate { nextWrite = now.advanced(bySeconds: Double(count) / rate) }
        if let stalls = quality.stalls, passed.isMultiple(of: stalls.bytes) {
            nextWrite = now.advanced(bySeconds: stalls.seconds)
        }
    }

    private func bytesBeforeStall(_ quality: LinkQuality) -> Int {
        quality.stalls.map { $0.bytes - passed % $0.bytes } ?? .max
    }

    private mutating func pass(_ count: Int) {
        passed += count
        waitingBytes -= count
        guard let first = waiting.first else { return }
        if count < first.bytes.count {
            waiting[0].bytes = first.bytes.dropFirst(count)
        } else {
            waiting.removeFirst()
        }
    }

    private mutating func end(_ descriptor: CInt) {
        guard hasEnded, !isShut else { return }
        isShut = true
        _ = shutdown(descriptor, CInt(SHUT_WR))
    }

    private var sendFlags: CInt { CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT) }
}
