import Domain
import HTTP
import Wire

/// The pages that people see. They are part of the program, and ask for nothing from elsewhere.
enum Page {
    /// - Parameter path: without the slash in front.
    static func named(_ path: String) -> WebAnswer? {
        switch path {
        case "": WebAnswer(.ok, type: "text/html; charset=utf-8", Array(dropPage.utf8))
        case "style.css": WebAnswer(.ok, type: "text/css; charset=utf-8", Array(style.utf8))
        default: nil
        }
    }

    /// Says what was stored to who sent the form without scripts.
    static func stored(_ files: [StoredFile]) -> String {
        let rows = files.map { file in
            "<tr><td>\(html(String(decoding: file.stored.path.bytes, as: UTF8.self)))</td><td>\(file.stored.size)</td>"
                + "<td><code>\(file.stored.digest)</code></td></tr>"
        }
        return page(
            """
            <h1>Stored</h1>
            <table><thead><tr><th>Name</th><th>Bytes</th><th>SHA-256</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table>
            <p><a href="/">Send more</a></p>
            """)
    }

    private static let dropPage = page(
        """
        <h1>Send files</h1>
        <form method="post" action="/upload" enctype="multipart/form-data">
        <label>User <input name="username" autocomplete="username" autocapitalize="none" required></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
        <label>Files <input name="file" type="file" multiple required></label>
        <button>Send</button>
        </form>
        <p>Each file counts as stored once the next page says so, with its SHA-256. Nothing that is there is replaced.</p>
        """)

    private static func page(_ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Auto Upload</title>
        <link rel="stylesheet" href="/style.css">
        </head>
        <body><main>
        \(body)
        </main></body>
        </html>

        """
    }

    private static let style = """
        :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
        main { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
        form { display: grid; gap: 1rem; }
        label { display: grid; gap: .25rem; }
        input, button { font: inherit; padding: .5rem; }
        button { cursor: pointer; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid; overflow-wrap: anywhere; }

        """

    /// A text within HTML.
    private static func html(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            default: String(scalar)
            }
        }
        return escaped.joined()
    }
}
