import Testing

@testable import PostgreSQL

@Suite("Addresses of databases")
struct PostgresAddressTests {
    @Test("are URLs, whose ports, folders and files are known")
    func parts() throws {
        let address = try PostgresAddress(
            "postgresql://blobs@db.example.org:5433/blobs?sslmode=verify-full&sslrootcert=/a/ca.pem")
        #expect(address.ports == [5433])
        #expect(address.files == ["/a/ca.pem"])
        let several = try PostgresAddress("postgres://a,b:6000/blobs")
        #expect(several.ports == [5432, 6000])
        let local = try PostgresAddress("postgresql:///blobs?host=/run/postgresql")
        #expect(local.ports == [] && local.folders == ["/run/postgresql"])
    }

    @Test(
        "have no password in them",
        arguments: [
            "postgresql://blobs:secret@db/blobs", "postgresql://db/blobs?password=secret", "postgresql://:secret@/x",
            "postgresql://db/blobs?sslpassword=secret",
        ])
    func passwords(_ url: String) { #expect(throws: PostgresAddress.Flaw.hasPassword) { try PostgresAddress(url) } }

    @Test(
        "are nothing else", arguments: ["", "host=/tmp", "mysql://a/b", "postgresql://a:b:c/d", "postgresql://a/b?c=d"])
    func others(_ url: String) { #expect(throws: PostgresAddress.Flaw.malformed) { try PostgresAddress(url) } }
}
