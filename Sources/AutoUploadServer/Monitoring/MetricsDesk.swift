package import Connections
import HTTP
import Measuring
package import Platform
import Transport

/// Gives what the server measures of itself to who asks at a place on this machine, one after another: HTTP without TLS, `GET /metrics`.
package struct MetricsDesk: Sendable {
    private let services: @Sendable () -> Services

    /// - Parameter services: as of now: they change with the storage.
    package init(_ services: @escaping @Sendable () -> Services) {
        self.services = services
    }

    /// Seconds for one who asks, while others wait in the kernel's queue.
    private static let patience = 5.0

    /// Answers for as long as the server serves, by a thread of its own.
    package func start(at listener: Listener) throws(SystemError) {
        try Thread.detach(stackSize: 1 << 20) { [self] in
            while !services().registry.isStopping {
                do throws(SystemError) {
                    guard let socket = try listener.accept(until: .after(seconds: 1)) else { continue }
                    serve(ByteStream(plain: socket))
                } catch {
                    // It is for who asks to see.
                    Thread.sleep(seconds: 0.1)
                }
            }
        }
    }

    private func serve(_ stream: consuming ByteStream) {
        let deadline = Deadline.after(seconds: Self.patience)
        var reader = RequestReader()
        var head: RequestHead?
        while head == nil {
            guard let found = Self.read(&stream, &reader, until: deadline) else { return }
            head = found.head
        }
        guard let head else { return }
        let answer = answer(head)
        let start = ResponseHead(answer.status, answer.fields, content: .length(UInt64(answer.content.count)))
            .start(answering: head, keepsAlive: false)
        try? stream.send(start.bytes + (start.content == .nothing ? [] : answer.content), until: deadline)
        stream.endWriting()
    }

    /// - Returns: nil where nothing more comes that could be read.
    private static func read(
        _ stream: inout ByteStream, _ reader: inout RequestReader, until deadline: Deadline
    ) -> (head: RequestHead?, Void)? {
        do throws(RequestError) {
            let step = try stream.peek(stream.count) { bytes throws(RequestError) in
                try reader.read(Span<UInt8>(_bytes: bytes))
            }
            stream.take(step.count) { _ in }
            if case .head(let head) = step.event { return (head, ()) }
            if step.count > 0, stream.count > 0 { return (nil, ()) }
        } catch {
            return nil
        }
        return (try? stream.receiveSome(upTo: 4096, until: deadline)) == true ? (nil, ()) : nil
    }

    private func answer(_ head: RequestHead) -> (status: Status, fields: Fields, content: [UInt8]) {
        var fields = Fields()
        guard head.target.segments == [Array("metrics".utf8)] else {
            return (.notFound, fields, Array("only /metrics is here\n".utf8))
        }
        guard [.get, .head].contains(head.method) else {
            return (.methodNotAllowed, fields, Array("GET and HEAD only\n".utf8))
        }
        let format = Exposition.Format(accepting: head.fields.combined(.accept)?.text)
        fields.append(.contentType, FieldValue(format.contentType) ?? "text/plain")
        fields.append(.cacheControl, "no-store")
        return (.ok, fields, MetricsPage.text(of: services(), as: format))
    }
}
