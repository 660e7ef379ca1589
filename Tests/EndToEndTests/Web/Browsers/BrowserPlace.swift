import Platform

/// Room for one browser. Each takes several processes and hundreds of megabytes, and a test waits for its page, not for the
/// browsers of all the other tests.
final class BrowserPlace {
    private static let free = Monitor(3)

    /// Waits for its turn. A test that holds one and waits for another would wait for ever, if enough others did the same.
    init() {
        Self.free.wait { free -> Void? in
            guard free > 0 else { return nil }
            free -= 1
            return ()
        }
    }

    deinit {
        Self.free.change { $0 += 1 }
    }
}
