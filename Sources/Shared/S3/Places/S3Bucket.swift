/// A bucket, where it is, and how it is named there.
package struct S3Bucket: Hashable, Sendable {
    package let endpoint: S3Endpoint
    package let name: BucketName
    /// As signatures name it.
    package let region: String

    /// - Returns: nil where the region is none: letters, digits and hyphens, 64 at most.
    package init?(_ endpoint: S3Endpoint, _ name: BucketName, region: String) {
        guard (1...64).contains(region.utf8.count), region.utf8.allSatisfy(Self.isPartOfRegion) else { return nil }
        (self.endpoint, self.name, self.region) = (endpoint, name, region)
    }

    private static func isPartOfRegion(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
            || byte == UInt8(ascii: "-")
    }

    /// The two ways in which S3 names a bucket.
    package enum Style: Hashable, Sendable, CaseIterable {
        /// `HOST/BUCKET/KEY`.
        case path
        /// `BUCKET.HOST/KEY`.
        case host
    }

    /// As Host has it.
    package func authority(_ style: Style) -> String {
        style == .path ? endpoint.authority : "\(name.text).\(endpoint.authority)"
    }

    /// The path of an object, or of the bucket itself, escaped.
    package func path(_ key: ObjectKey?, _ style: Style) -> String {
        let bucket = style == .path ? ["", name.text] : [""]
        return (bucket + [key?.encoded ?? ""]).joined(separator: "/")
    }

    package func url(_ key: ObjectKey?, _ style: Style = .path) -> String {
        "\(endpoint.isProtected ? "https" : "http")://\(authority(style))\(path(key, style))"
    }
}
