import HTTP
import Testing

@Suite("Digest fields")
struct DigestFieldTests {
    private func fields(_ name: FieldName, _ lines: [String]) throws -> Fields {
        var fields = Fields()
        for line in lines { fields.append(name, try #require(FieldValue(line))) }
        return fields
    }

    @Test("state digests by algorithm, on one line or on more")
    func stated() throws {
        let digests = try StatedDigests(
            .reprDigest, in: fields(.reprDigest, ["sha-256=:AQID:, md5=:BA==:", "x=::;a=1"]))
        #expect(digests.algorithms == ["sha-256", "md5", "x"])
        #expect(digests["sha-256"] == [1, 2, 3])
        #expect(digests["x"] == [])
        #expect(digests["sha-512"] == nil)
        #expect(try StatedDigests(.contentDigest, in: fields(.reprDigest, ["sha-256=:AQID:"])).algorithms == [])
    }

    @Test(
        "that can't be read are refused",
        arguments: [
            "sha-256=AQID", "sha-256=:AQ", "sha-256=:AQ!D:", "sha-256", "sha-256=\"AQID\"", "sha-256=(:AQID:)",
            "SHA-256=:AQID:",
        ])
    func malformed(_ line: String) throws {
        let fields = try fields(.reprDigest, [line])
        #expect(throws: StatedDigests.Flaw.self) { try StatedDigests(.reprDigest, in: fields) }
    }

    @Test("are written as they are read")
    func written() throws {
        var fields = Fields()
        fields.set(.reprDigest, StatedDigests.value("sha-256", [1, 2, 3, 4]))
        #expect(fields.lines.map(\.value.text) == ["sha-256=:AQIDBA==:"])
        #expect(try StatedDigests(.reprDigest, in: fields)["sha-256"] == [1, 2, 3, 4])
    }

    @Test("say which digests are wanted, and how much")
    func wanted() throws {
        let wanted = WantedDigests(
            .wantReprDigest, in: try fields(.wantReprDigest, ["sha-256=3, sha-512=10, md5=0, x=11, y=?1"]))
        #expect(["sha-256", "sha-512", "md5", "x", "y", "z"].map { wanted[$0] } == [3, 10, 0, nil, nil, nil])
        #expect(WantedDigests(.wantReprDigest, in: try fields(.wantReprDigest, ["="]))["sha-256"] == nil)
    }
}
