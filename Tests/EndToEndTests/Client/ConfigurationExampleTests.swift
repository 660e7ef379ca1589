import Foundation
import TestSupport
import Testing

/// The configurations that docs/CLIENT.md shows.
@Suite("Configurations for devices")
struct ConfigurationExampleTests {
    private struct Example {
        let title: String
        let text: String
    }

    private static func examples() throws -> [Example] {
        let document = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../docs/CLIENT.md").standardized
        let text = try String(contentsOf: document, encoding: .utf8)
        let section = try #require(text.split(separator: "\n## ").first { $0.hasPrefix("Three configurations") })
        return try section.split(separator: "\n### ").dropFirst().map { part in
            let blocks = part.components(separatedBy: "```")
            let block = try #require(blocks.count == 3 ? blocks[1] : nil)
            return Example(
                title: String(part.prefix { $0 != "\n" }), text: String(block.drop { $0 != "\n" }))
        }
    }

    /// What the client would do with some files.
    private func dryRun(_ example: Example, _ files: [String: Int]) throws -> RunningProgram.Outcome {
        let scratch = try ScratchFolder("example")
        let folder = try scratch.makeFolder("recordings")
        for (name, count) in files {
            let path = try scratch.write([UInt8](repeating: 0x61, count: count), to: "recordings/\(name)")
            let hourAgo = Date(timeIntervalSinceNow: -3600 + Double(count % 10))
            try FileManager.default.setAttributes([.modificationDate: hourAgo], ofItemAtPath: path)
        }
        let configuration = try scratch.write(example.text, to: "client.conf")
        let password = try scratch.write("a password\n", to: "password")
        return try withExtendedLifetime(scratch) {
            try RunningProgram.run(
                Binaries.client,
                [
                    "--dry-run", "--settle", "0", "--config", configuration, "-f", folder, "--password-file", password,
                    "--state",
                    scratch.path("state"),
                ])
        }
    }

    @Test("there are three, and the client takes each")
    func taken() throws {
        let examples = try Self.examples()
        #expect(examples.count == 3)
        for example in examples {
            let outcome = try dryRun(example, ["clip.mp4": 100_000])
            #expect(outcome.status == 0, "\(example.title): \(outcome.error)")
            #expect(outcome.output.contains("1 files"), "\(example.title): \(outcome.output)")
        }
    }

    @Test("a dashcam's newest and smallest clips wait")
    func dashcam() throws {
        let example = try #require(try Self.examples().first { $0.title.hasPrefix("A dashcam") })
        let files = ["EVENT1.mp4": 100_000, "2.mp4": 100_001, "begun.mp4": 10]
        let outcome = try dryRun(example, files)
        #expect(outcome.output.contains("held       2.mp4: no newer file stands beside it"), "\(outcome.output)")
        #expect(outcome.output.contains("held       begun.mp4: it is smaller"), "\(outcome.output)")
    }

    @Test("of a gadget's image only clips and events are sent")
    func gadget() throws {
        let example = try #require(try Self.examples().first { $0.title.hasPrefix("A USB gadget") })
        let outcome = try dryRun(
            example, ["SentryClips/a/front.mp4": 10, "SentryClips/a/event.json": 20, "thumb.png": 30])
        #expect(outcome.output.contains("2 files") && outcome.output.contains("left out: 1"), "\(outcome.output)")
    }

    @Test("a camera's thumbnails and unfinished pictures are left out")
    func camera() throws {
        let example = try #require(try Self.examples().first { $0.title.hasPrefix("A security camera") })
        let outcome = try dryRun(example, ["0710.jpg": 10, "thumbnails/0710.jpg": 10, "0711.tmp": 10])
        #expect(outcome.output.contains("1 files") && outcome.output.contains("left out: 2"), "\(outcome.output)")
    }
}
