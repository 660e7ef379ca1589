package import Domain

/// All data of an upload was sent; this is the hash of the whole file, also when it was resumed.
package struct Finish: Payload {
    package let digest: ContentDigest

    package init(digest: ContentDigest) {
        self.digest = digest
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        digest = try ContentDigest(reading: &reader, .digest)
    }

    package func write(to writer: inout WireWriter) {
        digest.write(to: &writer)
    }
}
