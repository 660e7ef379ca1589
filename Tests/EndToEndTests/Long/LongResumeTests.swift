import Testing

extension LongTests {
    @Suite("A large file that is cut", .serialized)
    struct LongResumeTests {
        @Test(
            "1 GiB, cut at nine tenths: at most 64 MiB are sent again",
            arguments: LongTests.hasTime ? ResumeTests.Cut.allCases : [.disconnected, .killed])
        func cut(_ kind: ResumeTests.Cut) async throws {
            try await onThread { try ResumeTests.run(kind, size: 1 << 30) }
        }
    }
}
