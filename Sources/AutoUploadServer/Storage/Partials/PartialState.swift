import Platform

/// What there is of an upload that isn't stored yet: what can be done with it follows from that.
enum PartialPhase: ~Copyable {
    /// Nothing was made for it yet.
    case offered
    case incoming(IncomingFile)
    /// It is being committed, as is the next: nobody takes it over now.
    case complete(CompleteFile)
    /// It has its final name; its folders are being flushed.
    case published
    case parked(ParkedFile)
    /// Nothing is left of it, and nothing comes of it any more.
    case over
}

/// An upload's phase, and who may change it.
struct PartialState: ~Copyable {
    var phase: PartialPhase
    var owner: UInt64 = 0

    init(phase: consuming PartialPhase) {
        self.phase = phase
    }

    var isOver: Bool {
        switch phase {
        case .over: true
        default: false
        }
    }

    var isCommitting: Bool {
        switch phase {
        case .complete: true
        case .published: true
        default: false
        }
    }

    /// What is parked of it, the room that it takes, and until when it is kept.
    var rest: (durable: UInt64, room: Reservation, expires: Instant)? {
        switch phase {
        case .parked(let file): (file.durable, file.reservation, file.expires)
        default: nil
        }
    }
}

extension PartialState {
    /// Hands out what there is; `over` stands for it meanwhile.
    mutating func take() -> PartialPhase { exchange(&phase, with: .over) }

    /// - Parameter file: what is left of it; nil: nothing.
    mutating func park(_ file: consuming ParkedFile?) {
        if let file { phase = .parked(file) } else { phase = .over }
    }

    /// Closes it, if it is open.
    mutating func park() {
        switch take() {
        case .incoming(let file): park(file.park())
        case let other: phase = other
        }
    }

    /// Removes all that is there of it.
    mutating func remove(from staging: StagingFolder) {
        switch take() {
        case .incoming(let file): file.remove()
        case .complete(let file): file.remove()
        case .parked(let file): file.remove(from: staging)
        default: break
        }
    }
}
