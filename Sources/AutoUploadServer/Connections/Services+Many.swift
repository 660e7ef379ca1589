import Catalogue
package import Events

extension Services {
    /// Events of which the catalogue is told at a time: what it can't keep up with it forgets, but not of these.
    private static let together = 1000

    /// Tells of what was done to many files at a time, and waits until the catalogue has written it down.
    package func reportMany(_ events: [ServerEvent]) {
        for start in stride(from: 0, to: events.count, by: Self.together) {
            report(Array(events[start..<min(start + Self.together, events.count)]))
            try? catalogue.settle()
        }
    }
}
