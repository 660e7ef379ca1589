import Domain
import TestSupport
import Testing

@Suite("Paths")
struct PathTests {
    @Test("are taken or refused as the vector says", arguments: Vector.of("paths.txt"))
    func vector(_ vector: Vector) throws {
        let bytes = try vector.bytes("hex")
        do {
            let path = try RemotePath(bytes)
            #expect(try vector.field("expect") == "ok")
            #expect(path.bytes == bytes)
            #expect(try RemotePath(components: path.components) == path)
        } catch let flaw as RemotePath.Flaw {
            #expect(try vector.field("expect") == name(of: flaw))
            #expect(!flaw.description.isEmpty)
        }
    }

    @Test("have vectors for every flaw")
    func coverage() {
        let flaws: [RemotePath.Flaw] = [
            .empty, .tooLong, .tooManyComponents, .absolute, .trailingSlash, .doubleSlash, .dotComponent,
            .componentTooLong, .containsNUL, .reservedName,
        ]
        let outcomes = Set(Vector.of("paths.txt").compactMap { $0.fields["expect"] })
        #expect(outcomes == Set(flaws.map { name(of: $0) } + ["ok"]))
    }

    @Test("part into components")
    func components() throws {
        let path = try RemotePath([UInt8]("a/b c/d".utf8))
        #expect(path.components == ["a", "b c", "d"].map { [UInt8]($0.utf8) })
    }

    @Test("are not made from components that hold a slash, or from none")
    func badComponents() {
        #expect(throws: RemotePath.Flaw.doubleSlash) { try RemotePath(components: [[UInt8]("a/b".utf8)]) }
        #expect(throws: RemotePath.Flaw.empty) { try RemotePath(components: []) }
        #expect(throws: RemotePath.Flaw.absolute) { try RemotePath(components: [[], [0x61]]) }
    }
}
