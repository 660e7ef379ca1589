import Foundation
import Glibc
import Platform
import TestSupport
import Testing
import Wire

/// What a process holds at the moment.
struct Footprint: Equatable {
    let descriptors: Int
    let threads: Int

    init(of process: Int32) throws {
        let folder = "/proc/\(process)/fd"
        descriptors = try FileManager.default.contentsOfDirectory(atPath: folder).count { number in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(number)")
            // The catalogue opens its files, and those of the folder that it looks through, when it likes.
            return target?.contains("/.auto-upload/catalogue") != true
        }
        threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task").count
    }
}

extension TestServer {
    func footprint() throws -> Footprint { try Footprint(of: program.processID) }

    /// Lets a hostile peer do its worst. Afterwards a good client is served, the server has no more descriptors and threads
    /// than before, and nothing is left of what the peer began.
    func unharmed(
        sourceLocation: SourceLocation = #_sourceLocation, by attack: () throws -> Void
    ) throws {
        try expectServing(sourceLocation: sourceLocation)
        let before = try settledFootprint()
        try attack()
        try expectServing(sourceLocation: sourceLocation)
        var after = try footprint()
        let isClean = try eventually(seconds: 30) {
            after = try footprint()
            return try after.descriptors <= before.descriptors && after.threads <= before.threads
                && site.partials().isEmpty
        }
        let left = try site.partials()
        #expect(isClean, "\(before) became \(after); left: \(left)", sourceLocation: sourceLocation)
    }

    /// Threads and descriptors of clients that have gone may take a moment to go too.
    private func settledFootprint() throws -> Footprint {
        var last = try footprint()
        _ = try eventually(seconds: 5) {
            Platform.Thread.sleep(seconds: 0.05)
            let now = try footprint()
            defer { last = now }
            return now == last
        }
        return last
    }

    /// Connects, and says nothing.
    func silent() throws -> SilentPeer { SilentPeer(try PlainClient.connect(port)) }

    /// Waits until the connection has ended, and returns why, as the log has it.
    @discardableResult
    func end(of client: ProtocolClient, because reason: String = " reason=") throws -> String {
        try logLine(with: " closed ", "address=\(client.address)", reason)
    }
}

/// A TCP connection that can be kept in an array.
final class SilentPeer {
    let socket: Socket

    init(_ socket: consuming Socket) {
        self.socket = socket
    }

    /// - Returns: false when the server has ended the connection.
    func send(_ bytes: [UInt8]) -> Bool {
        bytes.isEmpty || (try? socket.descriptor.write(bytes)) != nil
    }
}
