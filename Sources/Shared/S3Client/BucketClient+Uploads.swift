internal import Encodings
package import S3
internal import XML

extension BucketClient {
    /// Begins an upload of several parts.
    ///
    /// - Parameter type: of the content; empty: none is said.
    package func begin(_ key: ObjectKey, type: String) throws(BucketError) -> UploadToken {
        var request = S3Request("POST", key)
        request.query = UploadStep.initiate.query
        if !type.isEmpty { request.headers = [CanonicalRequest.Item("content-type", type)] }
        let root = try Self.document("InitiateMultipartUploadResult", get(request))
        guard let token = UploadToken(root["UploadId"]?.text ?? "") else { throw .unreadable("the upload has no name") }
        return token
    }

    /// Sends a part.
    package func putPart(
        _ upload: UploadToken, _ key: ObjectKey, _ number: Int, _ content: [UInt8]
    ) throws(BucketError) {
        let step = UploadStep.part(number: number, upload: upload)
        var request = S3Request(step.method, key)
        request.query = step.query
        _ = try get(request, content, seconds: nil)
    }

    /// - Returns: the parts that the engine has, in their order; nil where it knows no such upload.
    package func parts(of upload: UploadToken, _ key: ObjectKey) throws(BucketError) -> [UploadedPart]? {
        var parts: [UploadedPart] = []
        while true {
            var request = S3Request("GET", key)
            request.query = UploadStep.complete(upload).query
            // More than all of them: one that says otherwise goes round for ever.
            guard parts.count <= UploadStep.parts.upperBound else { throw .unreadable("it has too many parts") }
            if let last = parts.last {
                request.query.append(CanonicalRequest.Item("part-number-marker", String(last.number)))
            }
            let root: XMLElement
            do throws(BucketError) {
                root = try Self.document("ListPartsResult", get(request))
            } catch {
                if case .refused(404, _) = error { return nil }
                throw error
            }
            let page = try root.all("Part").map(Self.part)
            parts += page
            if root["IsTruncated"]?.text != "true" || page.isEmpty { return parts }
        }
    }

    private static func part(_ element: XMLElement) throws(BucketError) -> UploadedPart {
        guard let number = Int(element["PartNumber"]?.text ?? ""), UploadStep.parts.contains(number),
            let size = UInt64(element["Size"]?.text ?? "")
        else { throw .unreadable("a part has no number or size") }
        return UploadedPart(number: number, size: size, tag: plainTag(element["ETag"]?.text ?? ""))
    }

    /// Makes the object of its parts. What came of it says `facts`: engines forget the tag, and a repeat is as good as the first.
    package func complete(_ upload: UploadToken, _ key: ObjectKey, _ parts: [UploadedPart]) throws(BucketError) {
        var request = S3Request("POST", key)
        request.query = UploadStep.complete(upload).query
        request.headers = [CanonicalRequest.Item("content-type", "application/xml")]
        let list = parts.map { part in
            "<Part><PartNumber>\(part.number)</PartNumber><ETag>\"\(xmlText(part.tag))\"</ETag></Part>"
        }
        let text = "<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>"
        _ = try Self.document("CompleteMultipartUploadResult", get(request, Array(text.utf8), seconds: 300))
    }

    /// Gives an upload up, and its parts. Also where there is none.
    package func abort(_ upload: UploadToken, _ key: ObjectKey) throws(BucketError) {
        var request = S3Request("DELETE", key)
        request.query = UploadStep.abort(upload).query
        do throws(BucketError) {
            _ = try get(request)
        } catch {
            if case .refused(404, _) = error { return }
            throw error
        }
    }

    /// The uploads that aren't completed, of keys that begin so; 1000 at most, the first ones.
    package func openUploads(below prefix: String) throws(BucketError) -> [OpenUpload] {
        var request = S3Request("GET", nil)
        request.query = [CanonicalRequest.Item("uploads", ""), CanonicalRequest.Item("prefix", prefix)]
        let root = try Self.document("ListMultipartUploadsResult", get(request))
        return root.all("Upload").compactMap { element in
            guard let key = ObjectKey(element["Key"]?.text ?? ""),
                let token = UploadToken(element["UploadId"]?.text ?? "")
            else { return nil }
            return OpenUpload(key: key, token: token, begun: Self.time(element["Initiated"]?.text ?? ""))
        }
    }

    /// Of `2026-11-29T17:40:24.000Z`.
    private static func time(_ text: String) -> Int64? {
        let plain = text.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" && $0 != "Z" }
        return SigningTime(stamp: plain + "Z")?.unixTime
    }
}

/// A text within XML.
func xmlText(_ text: String) -> String {
    text.unicodeScalars.map { scalar -> String in
        switch scalar {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        default: String(scalar)
        }
    }.joined()
}
