import Foundation
import TestSupport
import Testing

/// Scripts by others that send a file in pieces, in a browser.
@Suite("Dropzone and Fine Uploader", .enabled(if: Browser.Kind.chromium.isInstalled, "chromium isn't installed"))
struct PieceClientTests {
    private let server: TestServer
    private let scratch: ScratchFolder
    /// Three pieces and a half; two; none.
    private static let sizes = ["large clip.mp4": 3_500_000, "zwei Stücke.mp4": 2_000_000, "small.mp4": 300_000]

    init() throws {
        server = try TestServer()
        scratch = try ScratchFolder("sent")
        for (name, size) in Self.sizes { try scratch.write(sample(size, seed: size), to: name) }
    }

    @Test(
        "Dropzone, piece by piece and all at once",
        .enabled(if: FileManager.default.fileExists(atPath: Debian.dropzone), "libjs-dropzone isn't installed"),
        arguments: [false, true])
    func dropzone(isParallel: Bool) async throws {
        try await send(
            by: try String(contentsOfFile: Debian.dropzone, encoding: .utf8),
            """
            Dropzone.autoDiscover = false;
            const zone = new Dropzone('#zone', {
                url: '/upload', headers, chunking: true, chunkSize: 1000000, parallelChunkUploads: \(isParallel), timeout: 600000,
            });
            zone.on('success', (file) => outcomes.push('stored ' + file.name));
            zone.on('error', (file, message) => outcomes.push(JSON.stringify(message)));
            send = (file) => zone.addFile(file);
            """)
    }

    @Test(
        "Fine Uploader, piece by piece and several at once",
        .enabled(if: WebClients.has("js.fineuploader"), WebClients.reason("js.fineuploader")), arguments: [false, true])
    func fineUploader(isParallel: Bool) async throws {
        try await send(
            by: try WebClients.script("js/fineuploader/resources/fine-uploader/fine-uploader.core.js"),
            """
            const uploader = new qq.FineUploaderBasic({
                request: { endpoint: '/upload', customHeaders: headers },
                chunking: { enabled: true, partSize: 1000000, concurrent: { enabled: \(isParallel) } },
                callbacks: {
                    onComplete: (id, name, answer) => outcomes.push((answer.success ? 'stored ' : 'refused ') + name),
                },
            });
            send = (file) => uploader.addFiles([file]);
            """)
    }

    /// - Parameter begin: says what `send` is to do with a file, and lists in `outcomes` what becomes of it.
    private func send(by library: String, _ begin: String) async throws {
        let (server, scratch) = (server, scratch)
        try await onThread {
            let browser = try Browser(.chromium)
            try browser.open("https://127.0.0.1:\(server.port)/")
            try browser.run(library)
            try browser.run(
                """
                const headers = { Username: arguments[0], Password: arguments[1] };
                document.body.insertAdjacentHTML('beforeend', '<input type=file id=chosen multiple><div id=zone></div>');
                const outcomes = window.outcomes = [];
                let send;
                \(begin)
                document.getElementById('chosen').onchange = (event) => [...event.target.files].forEach(send);
                """, [Fixtures.user, Fixtures.password])
            try browser.type(Self.sizes.keys.map(scratch.path).joined(separator: "\n"), into: "#chosen")
            try browser.wait(for: "outcomes.length === \(Self.sizes.count)")
            let outcomes = try browser.run("return outcomes") as? [String] ?? []
            #expect(outcomes.sorted() == Self.sizes.keys.map { "stored \($0)" }.sorted(), "\(server.log)")
            #expect(try server.site.stored() == Tree.digests(of: scratch.path))
            #expect(try server.site.partials().isEmpty)
        }
    }
}

private enum Debian {
    /// Of the package libjs-dropzone.
    static let dropzone = "/usr/share/nodejs/dropzone/dist/dropzone.js"
}
