import JSON
import Testing

@testable import Blobs

/// What strangers write into onion requests has bounds before it takes memory.
@Suite("What stands in onion requests")
struct OnionReadingTests {
    @Test("lists have no more strings than are wanted")
    func lists() {
        let list = Bencode.list([[1], [], [2, 3]])
        #expect(Bencode.strings(list, most: 3)?.map { Array($0) } == [[1], [], [2, 3]])
        #expect(Bencode.strings(list, most: 2) == nil)
    }

    @Test("JSON has no more values than are wanted; what stands in texts is none")
    func values() {
        #expect(JSONValue(Array("[1,{\"a\":2},3]".utf8), values: 5)?.array?.count == 3)
        #expect(JSONValue(Array("[1,{\"a\":2},3]".utf8), values: 4) == nil)
        #expect(JSONValue(Array("\"[,,,,{{\"".utf8), values: 1)?.text == "[,,,,{{")
        let many = (0...1000).map { "\"\($0)\":0" }.joined(separator: ",")
        let object = JSONObject(Array("{\(many)}".utf8))
        let isTaken = object != nil
        #expect(!isTaken)
    }
}
