import Domain
import TestSupport
import Testing

@Suite("Statuses")
struct StatusTests {
    @Test("have the name and class of the vector", arguments: Vector.of("statuses.txt"))
    func vector(_ vector: Vector) throws {
        let status = Status(rawValue: try #require(UInt16(try vector.field("code"), radix: 16)))
        #expect(try vector.field("name") == status.name)
        #expect(try vector.field("class") == "\(status.statusClass)")
    }

    @Test("are all in the vectors")
    func coverage() {
        let codes = Set(Vector.of("statuses.txt").compactMap { $0.fields["code"].flatMap { UInt16($0, radix: 16) } })
        #expect(codes.isSuperset(of: Status.names.keys.map(\.rawValue)))
        #expect(Status.names.count == 25)
    }
}
