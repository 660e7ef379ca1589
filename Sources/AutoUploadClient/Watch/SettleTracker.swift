import Platform

/// How long a file must have stayed as it is before it is sent.
struct SettleRules: Hashable, Sendable {
    /// Seconds, where the system says that nobody has it open for writing.
    let settleSeconds: Double
    /// Seconds, where the system can't tell; the longer of both counts.
    let settleUnknownSeconds: Double
    /// For how long a file's clock may show the same time, at most: a second change in that time shows in no attribute if
    /// the size stays. Kernels before 6.13 advance it by the tick of the scheduler, up to 10 ms.
    var tickSeconds = 0.02
    /// The same where times are kept in whole seconds: FAT (two of them), ext4 with inodes of 128 bytes.
    var coarseTickSeconds = 2.05

    /// How long a file must stay as it is before its attributes tell of every later change.
    ///
    /// - Parameter clock: the wall clock when the look began that found these attributes; nil where it isn't the file's.
    fileprivate func tick(of fingerprint: Fingerprint, clock: FileTime?) -> Double {
        // On FAT the time of the last change is the one of the last modification, which programs set as they like.
        if fingerprint.changed.nanoseconds == 0 { return coarseTickSeconds }
        // Whatever comes after the look gets a later time than the one that was read.
        if let clock, clock.seconds(since: fingerprint.changed) >= tickSeconds { return 0 }
        return tickSeconds
    }
}

/// Remembers since when each file has stayed as it is, by the monotonic clock: clocks of files and walls jump. The wall clock
/// only tells whether it can show the time of a file's last change a second time.
struct SettleTracker: Sendable {
    /// What `waitingTime` asks for when the time has passed, but the file hasn't been looked at since.
    static let anotherLook = 0.01

    /// As small as can be: there is one for each file of the folder.
    private struct Sighting {
        /// Of the fingerprint.
        let mark: ShortMark
        /// No earlier than the first look that found it so.
        let since: Instant
        /// No later than the last one.
        let until: Instant
        /// The look that this comes from.
        let look: UInt32
    }

    /// By the marks of their paths.
    private var sightings: [ShortMark: Sighting] = [:]
    private var look: UInt32 = 0
    /// The wall clock when the latest look began.
    private var clock: FileTime?

    /// Takes in what a scan found; what vanished is forgotten.
    ///
    /// Each file was looked at between the scan's beginning and its end: a first look counts from the end, a last one
    /// up to the beginning, so that a long scan never makes a file seem settled longer than it was.
    mutating func observe(_ scan: Scan) {
        observe(scan.files, from: scan.began, to: scan.ended, scan.clock)
    }

    /// Takes in files that were looked at just now.
    mutating func observe(_ files: [FoundFile], at now: Instant) {
        observe(files, from: now, to: now, nil)
    }

    /// Believes the files' own times: a mere look ahead can't wait. Nothing may be sent or wiped after it.
    mutating func assume(_ scan: Scan) {
        observe(scan)
        for file in scan.files {
            let path = ShortMark(file.path)
            guard let sighting = sightings[path] else { continue }
            let age = UInt64(max(0, min(scan.clock.seconds(since: file.fingerprint.changed), 1e9)) * 1e9)
            let since = sighting.since.nanoseconds
            sightings[path] = Sighting(
                mark: sighting.mark, since: Instant(nanoseconds: since - min(since, age)),
                until: sighting.until, look: sighting.look)
        }
    }

    /// A wipe that was taken back has set the file's change time: it has stood still all the same.
    mutating func carryOver(_ path: LocalPath, from earlier: Fingerprint, to fingerprint: Fingerprint) {
        let path = ShortMark(path)
        guard let sighting = sightings[path], sighting.mark == ShortMark(earlier), fingerprint.mayStillBe(earlier)
        else {
            return
        }
        sightings[path] = Sighting(
            mark: ShortMark(fingerprint), since: sighting.since, until: sighting.until, look: sighting.look)
    }

    /// It settles anew, as if it had changed just now.
    mutating func beginAnew(_ path: LocalPath, at now: Instant) {
        let path = ShortMark(path)
        guard let sighting = sightings[path] else { return }
        sightings[path] = Sighting(mark: sighting.mark, since: now, until: now, look: sighting.look)
    }

    /// Takes in a file between two scans, as it is now. Where it is known as that already, nothing changes.
    mutating func note(_ file: FoundFile, at now: Instant) {
        let (path, mark) = (ShortMark(file.path), ShortMark(file.fingerprint))
        if sightings[path]?.mark == mark { return }
        sightings[path] = Sighting(mark: mark, since: now, until: now, look: look)
    }

    private mutating func observe(
        _ files: [FoundFile], from began: Instant, to ended: Instant, _ clock: FileTime?
    ) {
        self.clock = clock
        look &+= 1
        sightings.reserveCapacity(files.count)
        // In place: of a million files, a second table would take hundreds of MiB.
        for file in files {
            let (path, mark) = (ShortMark(file.path), ShortMark(file.fingerprint))
            let earlier = sightings[path].flatMap { $0.look == look &- 1 && $0.mark == mark ? $0 : nil }
            sightings[path] = Sighting(
                mark: mark, since: earlier?.since ?? ended,
                until: earlier.map { max($0.until, began) } ?? began, look: look)
        }
        if sightings.count > files.count { sightings = sightings.filter { $0.value.look == look } }
    }

    /// How long to wait before the file may be sent.
    ///
    /// - Parameters:
    ///   - fingerprint: as the latest look found it.
    ///   - wasWiped: whether a file of this path was wiped lately: what is empty there may come of a program that only meant to
    ///     set the time of the file that is gone.
    /// - Returns: seconds; 0 when it has settled; nil while somebody writes it, however long that takes. After the wait
    ///   it must be observed anew.
    func waitingTime(
        for path: LocalPath, _ fingerprint: Fingerprint, writer: WriterState, at now: Instant, rules: SettleRules,
        wasWiped: Bool = false
    ) -> Double? {
        guard let needed = neededSeconds(fingerprint, writer, rules, wasWiped) else { return nil }
        if needed <= 0 { return 0 }
        guard let sighting = sightings[ShortMark(path)], sighting.mark == ShortMark(fingerprint) else { return needed }
        if sighting.until.seconds(since: sighting.since) >= needed { return 0 }
        return max(needed - now.seconds(since: sighting.since), Self.anotherLook)
    }

    private func neededSeconds(
        _ fingerprint: Fingerprint, _ writer: WriterState, _ rules: SettleRules, _ wasWiped: Bool
    ) -> Double? {
        switch writer {
        case .writing: nil
        // Never by one look.
        case .none where fingerprint.size == 0 && wasWiped:
            max(rules.settleSeconds, rules.coarseTickSeconds)
        // Also with 0: a rewrite right behind the reading, within a tick, would be wiped unread.
        case .none: max(rules.settleSeconds, rules.tick(of: fingerprint, clock: clock))
        // Never 0: where nobody can tell who writes, one look proves nothing. The times may be those of another machine.
        case .unknown:
            max(
                rules.settleSeconds, rules.settleUnknownSeconds, Self.anotherLook,
                rules.tick(of: fingerprint, clock: nil))
        }
    }
}
