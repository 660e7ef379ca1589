package import HTTP
package import Platform

/// What is asked about blobs, whole.
package struct BlobRequest: Sendable {
    package let method: Method
    package let target: BlobTarget
    package let query: [UInt8]?
    package let fields: Fields
    package let body: [UInt8]
    /// Whose address it came from.
    package let group: AddressGroup
    /// What it takes of the memory.
    package let memory: BlobMemoryLease

    package init(
        _ method: Method, _ target: BlobTarget, query: [UInt8]?, fields: Fields, body: [UInt8],
        from group: AddressGroup, memory: BlobMemoryLease
    ) {
        (self.method, self.target, self.query, self.fields) = (method, target, query, fields)
        (self.body, self.group, self.memory) = (body, group, memory)
    }
}
