/// Measurements as text, family by family, for Prometheus and those that read what it reads.
package struct Exposition {
    package enum Format: Sendable {
        /// https://prometheus.io/docs/specs/om/open_metrics_spec/
        case openMetrics
        /// The one before it, which every scraper knows, and `promtool check metrics` reads.
        case prometheus

        /// - Parameter accepted: what the scraper's Accept says.
        package init(accepting accepted: String?) {
            self = accepted?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
        }

        package var contentType: String {
            switch self {
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            }
        }
    }

    package typealias Labels = [(String, String)]

    private let format: Format
    private var text = ""

    package init(_ format: Format) {
        self.format = format
        text.reserveCapacity(16 << 10)
    }

    // MARK: Families

    /// - Parameters:
    ///   - name: without `_total`, which its samples get.
    ///   - unit: with which the name ends, if it has one.
    package mutating func counter(
        _ name: String, unit: String? = nil, help: String, _ samples: [(labels: Labels, value: UInt64)]
    ) {
        let lines = samples.map { sample -> (labels: Labels, text: String) in (sample.labels, String(sample.value)) }
        counter(name, unit: unit, help: help, lines: lines)
    }

    package mutating func counter(_ name: String, unit: String? = nil, help: String, _ value: UInt64) {
        counter(name, unit: unit, help: help, [(labels: [], value: value)])
    }

    package mutating func counter(_ name: String, unit: String, help: String, seconds: Double) {
        counter(name, unit: unit, help: help, lines: [(labels: [], text: String(seconds))])
    }

    private mutating func counter(
        _ name: String, unit: String?, help: String, lines samples: [(labels: Labels, text: String)]
    ) {
        begin(format == .openMetrics ? name : name + "_total", "counter", unit: unit, help: help)
        for sample in samples { add(name + "_total", sample.labels, sample.text) }
    }

    package mutating func gauge(
        _ name: String, unit: String? = nil, help: String, _ samples: [(labels: Labels, value: Double)]
    ) {
        begin(name, "gauge", unit: unit, help: help)
        for sample in samples { add(name, sample.labels, Self.shown(sample.value)) }
    }

    /// - Parameter value: nil: it isn't known, and the family is left out.
    package mutating func gauge(_ name: String, unit: String? = nil, help: String, _ value: (some BinaryInteger)?) {
        if let value { gauge(name, unit: unit, help: help, [(labels: [], value: Double(value))]) }
    }

    package mutating func gauge(_ name: String, unit: String? = nil, help: String, _ value: Double?) {
        if let value { gauge(name, unit: unit, help: help, [(labels: [], value: value)]) }
    }

    /// - Parameter name: without `_info`, which its sample gets.
    package mutating func info(_ name: String, help: String, _ labels: Labels) {
        let isKnown = format == .openMetrics
        begin(isKnown ? name : name + "_info", isKnown ? "info" : "gauge", unit: nil, help: help)
        add(name + "_info", labels, "1")
    }

    package mutating func histogram(
        _ name: String, unit: String? = nil, help: String, _ samples: [(labels: Labels, snapshot: Histogram.Snapshot)]
    ) {
        begin(name, "histogram", unit: unit, help: help)
        for (labels, snapshot) in samples {
            var count: UInt64 = 0
            for (index, number) in snapshot.counts.enumerated() {
                count &+= number
                let bound = index < snapshot.bounds.count ? Self.shown(snapshot.bounds[index]) : "+Inf"
                add(name + "_bucket", labels + [("le", bound)], String(count))
            }
            add(name + "_sum", labels, Self.shown(snapshot.sum))
            add(name + "_count", labels, String(count))
        }
    }

    /// All of it.
    package consuming func finish() -> [UInt8] {
        if format == .openMetrics { text += "# EOF\n" }
        return Array(text.utf8)
    }

    // MARK: Lines

    private mutating func begin(_ name: String, _ type: String, unit: String?, help: String) {
        text += "# TYPE \(name) \(type)\n"
        if let unit, format == .openMetrics { text += "# UNIT \(name) \(unit)\n" }
        text += "# HELP \(name) \(Self.escaped(help))\n"
    }

    private mutating func add(_ name: String, _ labels: Labels, _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { [UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "\n")].contains($0) })
        else { return text }
        return text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: String(scalar)
            }
        }.joined()
    }

    private static func shown(_ value: Double) -> String {
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return "\(whole)" }
        return value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : value.isNaN ? "NaN" : "\(value)"
    }
}
