package import Domain
package import Platform

/// An upload that isn't stored yet, for people who look on.
package struct UploadUnderWay: Hashable, Sendable {
    package struct Key: Hashable, Sendable {
        package let user: FileName
        package let upload: UploadID
    }

    package let key: Key
    /// Below the user's folder.
    package let path: RemotePath
    /// Bytes; nil: nobody has said.
    package let size: UInt64?
    /// Bytes that have come, durable or not.
    package let received: UInt64
}

extension Vault {
    /// The uploads that aren't stored yet: those that bytes come of, and those that wait for their clients.
    package var uploadsUnderWay: [UploadUnderWay] { partials.underWay }
}
