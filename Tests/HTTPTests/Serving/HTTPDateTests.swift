import HTTP
import Testing

@Suite("Dates of HTTP")
struct HTTPDateTests {
    @Test(
        "are written as the RFC has it, and read again",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ])
    func known(_ seconds: Int64, _ text: String) throws {
        #expect(HTTPDate(seconds).value.text == text)
        let read = try #require(HTTPDate(Array(text.utf8)))
        #expect(read.seconds == seconds)
    }

    @Test("every day of eight hundred years is read as what it was written for")
    func days() {
        for day in stride(from: Int64(0), to: 292_194, by: 1) {
            let date = HTTPDate(day * 86_400 + day % 86_400)
            guard HTTPDate(date.value.bytes) == date else {
                Issue.record("day \(day): \(date.value.text)")
                return
            }
        }
    }

    @Test("times before and after are the first and the last")
    func bounds() {
        #expect(HTTPDate(-1).value.text == HTTPDate(0).value.text)
        #expect(HTTPDate(.max).value.text == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(HTTPDate(.min) < HTTPDate(1))
    }

    @Test(
        "what isn't one isn't taken for one",
        arguments: [
            "", "now", "Sun, 06 Nov 1994 08:49:37", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Mon, 06 Nov 1994 08:49:37 GMT", "Fri, 31 Feb 1995 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1894 08:49:37 GMT", "Sun, 06 Nov 1994  8:49:37 GMT",
        ])
    func others(_ text: String) {
        #expect(HTTPDate(Array(text.utf8)) == nil)
    }
}
