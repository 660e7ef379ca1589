import Measuring
import Testing

@Suite("Measurements as text")
struct ExpositionTests {
    private func text(_ format: Exposition.Format, _ fill: (inout Exposition) -> Void) -> String {
        var page = Exposition(format)
        fill(&page)
        return String(decoding: page.finish(), as: UTF8.self)
    }

    private func fill(_ page: inout Exposition) {
        page.info("app_build", help: "Version.", [("version", "1.0")])
        page.counter("app_bytes", unit: "bytes", help: "Bytes.", [(labels: [("way", "a\"b\\c\nd")], value: 7)])
        page.gauge("app_free_bytes", unit: "bytes", help: "Free.", 12.5)
        page.gauge("app_unknown", help: "Left out.", Int?.none)
        let histogram = Histogram([0.5, 1])
        for value in [0.25, 0.5, 0.75, 3] { histogram.observe(value) }
        page.histogram("app_seconds", unit: "seconds", help: "Times.", [(labels: [("of", "x")], histogram.snapshot)])
    }

    @Test("OpenMetrics 1.0: families without the endings of their samples, units, an end")
    func openMetrics() {
        #expect(
            text(.openMetrics, fill) == """
                # TYPE app_build info
                # HELP app_build Version.
                app_build_info{version="1.0"} 1
                # TYPE app_bytes counter
                # UNIT app_bytes bytes
                # HELP app_bytes Bytes.
                app_bytes_total{way="a\\"b\\\\c\\nd"} 7
                # TYPE app_free_bytes gauge
                # UNIT app_free_bytes bytes
                # HELP app_free_bytes Free.
                app_free_bytes 12.5
                # TYPE app_seconds histogram
                # UNIT app_seconds seconds
                # HELP app_seconds Times.
                app_seconds_bucket{of="x",le="0.5"} 2
                app_seconds_bucket{of="x",le="1"} 3
                app_seconds_bucket{of="x",le="+Inf"} 4
                app_seconds_sum{of="x"} 4.5
                app_seconds_count{of="x"} 4
                # EOF

                """)
    }

    @Test("the older format: counters are families under their samples' names")
    func prometheus() {
        let page = text(.prometheus, fill)
        #expect(page.contains("# TYPE app_bytes_total counter\n"))
        #expect(page.contains("# TYPE app_build_info gauge\n"))
        #expect(!page.contains("UNIT") && !page.contains("EOF"))
    }

    @Test("who accepts OpenMetrics gets it, everybody else what all know")
    func negotiates() {
        let accepted = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3"
        #expect(Exposition.Format(accepting: accepted) == .openMetrics)
        #expect(Exposition.Format(accepting: "text/plain") == .prometheus)
        #expect(Exposition.Format(accepting: nil) == .prometheus)
    }

    @Test("what many threads count is all there")
    func counts() async {
        let (counter, histogram) = (Counter(), Histogram([1]))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.add(2)
                        histogram.observe(0.5)
                    }
                }
            }
        }
        #expect(counter.value == 8000)
        #expect(histogram.snapshot.counts == [4000, 0])
        #expect(histogram.snapshot.sum == 2000)
    }
}
