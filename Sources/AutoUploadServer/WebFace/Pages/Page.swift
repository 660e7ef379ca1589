import Domain
import HTTP
import Storage

/// The pages that are made while they are asked for; `PageFile` has the others.
enum Page {
    /// Says what was stored to who sent the form without scripts.
    static func stored(_ files: [StoredFile]) -> String {
        let rows = files.map { file in
            "<tr><td>\(html(String(decoding: file.stored.path.bytes, as: UTF8.self)))</td><td>\(file.stored.size)</td>"
                + "<td><code>\(file.stored.digest)</code></td></tr>"
        }
        return page(
            """
            <h1>Stored</h1>
            <div class="card"><table><thead><tr><th>Name</th><th>Bytes</th><th>SHA-256</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table></div>
            <p><a href="./">Send more</a></p>
            """)
    }

    private static func page(_ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Stored</title>
        <link rel="icon" href="page/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="page/style.css">
        </head>
        <body><main>
        \(body)
        </main></body>
        </html>

        """
    }

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
