/// Something that must not stand in a line.
struct Rule: Sendable, CustomStringConvertible {
    let name: String
    /// A regular expression; what it matches breaks the rule.
    let pattern: String
    /// Whether comments and texts in quotes count too.
    let includesComments: Bool
    /// Folders to which the rule doesn't apply.
    let exceptions: [String]
    /// A line that breaks the rule, to show that the pattern can match.
    let example: String

    var description: String { name }

    init(_ name: String, _ pattern: String, inComments: Bool = false, except: [String] = [], example: String) {
        self.name = name
        self.pattern = pattern
        self.includesComments = inComments
        self.exceptions = except
        self.example = example
    }

    /// What the rules say about the sources of what ships.
    static let forSources = [
        Rule("no Foundation", #"\bimport +Foundation"#, example: "internal import FoundationEssentials"),
        Rule("no try!, as! or as trap", #"\b(try|as)!"#, example: "let value = try! decode()"),
        Rule(
            "nothing that traps on purpose", #"\b(fatalError|preconditionFailure|assertionFailure) *\("#,
            example: "default: fatalError (\"unreachable\")"),
        Rule(
            "unsafe code has its few rooms", #"\bunsafe\b"#,
            except: [
                "Sources/Shared/Platform/", "Sources/Shared/Ciphers/", "Sources/Shared/Transport/",
                "Sources/Shared/Accounts/", "Sources/Shared/CommandLine/", "Sources/Shared/JSON/",
                "Sources/Shared/QRCodes/", "Sources/Shared/Zip/", "Sources/Shared/SQLite/", "Sources/Shared/XML/",
                "Sources/Shared/HTTPClient/", "Sources/Shared/PostgreSQL/",
            ],
            example: "let pointer = unsafe buffer.baseAddress"),
        Rule(
            "no check is switched off", #"@unchecked Sendable|nonisolated\(unsafe\)|swift-format-ignore"#,
            inComments: true,
            except: [
                "Sources/Shared/Platform/", "Sources/Shared/Ciphers/", "Sources/Shared/Transport/",
                "Sources/Shared/HTTPClient/", "Sources/Shared/PostgreSQL/",
            ],
            example: "// swift-format-ignore: NeverForceUnwrap"),
    ]

    /// What they say about every text file that is committed. The brackets keep the patterns from matching themselves.
    static let forEverything = [
        Rule(
            "nothing left for later", #"\b(T[O]DO|F[I]XME|X[X]X)\b"#, inComments: true, except: ["LICENSE"],
            example: "// T" + "ODO: handle this"),
        Rule(
            "no private key", #"-----BEGIN [A-Z ]*PRIVATE KEY-----"#, inComments: true,
            example: "-----BEGIN EC PRIVATE" + " KEY-----"),
        Rule(
            "no path of somebody's machine", #"/(wo[r]k|ro[o]t|Us[e]rs)/"#, inComments: true,
            example: "cd /wo" + "rk/main"),
    ]

    /// The numbers of the lines that break the rule, counted from 1.
    func broken(by lines: [Substring]) throws -> [Int] {
        let expression = try Regex(pattern)
        return lines.indices.filter { index in
            let line = includesComments ? lines[index] : Rule.code(of: lines[index])
            return line.contains(expression)
        }.map { $0 + 1 }
    }

    /// A line without its comment and without what stands in quotes.
    static func code(of line: Substring) -> Substring {
        var code = ""
        var quoted = false
        var previous: Character = " "
        for character in line {
            if character == "\"" && previous != "\\" {
                quoted.toggle()
            } else if !quoted {
                if character == "/" && previous == "/" { break }
                code.append(character)
            }
            previous = character
        }
        return code[...]
    }
}

/// Which modules a folder may import: the arrows of docs/ARCHITECTURE.md. Package.swift holds the targets to them;
/// this holds Package.swift to them.
struct Arrows: Sendable {
    let folder: String
    let targets: Set<String>

    static let all = [
        Arrows("Sources/Shared/Encodings", []),
        Arrows("Sources/Shared/Domain", ["Encodings"]),
        Arrows("Sources/Shared/ProxyProtocol", ["Platform"]),
        Arrows("Sources/Shared/Wire", ["Domain", "Encodings"]),
        Arrows("Sources/Shared/HTTP", ["Encodings"]),
        Arrows("Sources/Shared/HTML", ["Encodings"]),
        Arrows("Sources/Shared/JSON", ["CJansson"]),
        Arrows("Sources/Shared/Zip", ["Encodings", "CZlib"]),
        Arrows("Sources/Shared/Platform", ["Encodings", "CSystemShims", "Glibc"]),
        Arrows("Sources/Shared/Ciphers", ["Platform", "Encodings", "COpenSSL", "CSodium"]),
        Arrows("Sources/Shared/Age", ["Ciphers", "Platform", "Encodings"]),
        Arrows("Sources/Shared/Transport", ["Wire", "Domain", "Platform", "Encodings", "COpenSSL", "Glibc"]),
        Arrows("Sources/Shared/Accounts", ["Encodings", "Platform", "Domain", "CArgon2", "Glibc"]),
        Arrows("Sources/Shared/CommandLine", ["Platform", "Glibc"]),
        Arrows("Sources/Shared/QRCodes", ["CQRencode"]),
        Arrows("Sources/Shared/SQLite", ["Platform", "CSQLite"]),
        Arrows("Sources/Shared/PostgreSQL", ["Platform", "CPostgreSQL"]),
        Arrows("Sources/Shared/Measuring", ["Platform"]),
        Arrows("Sources/AutoUploadServer/Storage", ["Encodings", "Domain", "Measuring", "Platform", "Transport"]),
        Arrows("Sources/Shared/XML", ["CExpat"]),
        Arrows("Sources/Shared/HTTPClient", ["Platform", "CCurl"]),
        Arrows("Sources/Shared/S3", ["Ciphers", "Platform", "Encodings"]),
        Arrows("Sources/Shared/S3Client", ["S3", "HTTPClient", "XML", "Ciphers", "Encodings"]),
        Arrows("Sources/AutoUploadServer/Logins", ["Accounts", "Domain", "Platform", "Transport", "Encodings"]),
        Arrows("Sources/AutoUploadServer/Receipts", ["Storage", "Domain", "Platform", "Transport"]),
        Arrows("Sources/AutoUploadServer/Events", ["Storage", "Domain", "Platform", "Transport"]),
        Arrows(
            "Sources/AutoUploadServer/Catalogue",
            ["SQLite", "Storage", "Domain", "Platform", "Transport", "Encodings"]),
        Arrows(
            "Sources/AutoUploadServer/Connections",
            [
                "Storage", "Catalogue", "Logins", "Receipts", "Events", "Accounts", "Measuring", "Domain", "Platform",
                "Transport",
            ]),
        Arrows(
            "Sources/AutoUploadServer/Monitoring",
            [
                "Connections", "Storage", "Catalogue", "SQLite", "Logins", "Events", "Accounts", "HTTP", "Measuring",
                "Domain",
                "Platform", "Transport", "Encodings",
            ]),
        Arrows(
            "Sources/AutoUploadServer/DeviceFace",
            ["Connections", "Storage", "Logins", "Receipts", "Events", "Wire", "Domain", "Platform", "Transport"]),
        Arrows(
            "Sources/AutoUploadServer/AdminSite",
            [
                "Connections", "Storage", "Catalogue", "SQLite", "Logins", "Receipts", "Events", "HTTP", "HTML", "Zip",
                "Accounts", "Domain",
                "Platform", "Transport", "Encodings",
            ]),
        Arrows(
            "Sources/AutoUploadServer/Blobs",
            [
                "Connections", "Storage", "SQLite", "PostgreSQL", "HTTP", "HTTPClient", "JSON", "Ciphers", "Platform",
                "Encodings",
            ]),
        Arrows(
            "Sources/AutoUploadServer/DirectUploads",
            [
                "S3Client", "S3", "HTTPClient", "HTTP", "JSON", "SQLite", "Logins", "Ciphers", "Transport", "Platform",
                "Domain", "Encodings",
            ]),
        Arrows(
            "Sources/AutoUploadServer/WebFace",
            [
                "AdminSite", "DirectUploads", "S3", "Blobs", "Connections", "Storage", "Catalogue", "SQLite", "Logins",
                "Receipts", "Events",
                "HTTP",
                "HTML", "JSON", "Encodings", "Domain", "Platform", "Transport",
            ]),
        // Chooses between the faces, and speaks neither's protocol.
        Arrows(
            "Sources/AutoUploadServer/Main",
            [
                "DeviceFace", "WebFace", "AdminSite", "DirectUploads", "S3Client", "S3", "HTTPClient",
                "Blobs", "Monitoring", "Connections", "Storage", "Catalogue",
                "SQLite", "PostgreSQL",
                "Logins", "Receipts", "Events", "Accounts", "CommandLine", "ProxyProtocol", "Domain", "Platform",
                "Transport",
                "Encodings",
            ]),
        Arrows(
            "Sources/AutoUploadClient", ["Age", "Encodings", "Transport", "CommandLine", "Platform", "Wire", "Domain"]),
        Arrows(
            "Sources/AutoUploadClient/State",
            ["Age", "Encodings", "Transport", "CommandLine", "Platform", "Wire", "Domain", "SQLite"]),
        Arrows("Sources/AddUser", ["Accounts", "CommandLine", "QRCodes", "Platform", "Domain"]),
    ]

    /// Modules of the language itself, open to every folder.
    static let language: Set = ["Swift", "Synchronization"]

    init(_ folder: String, _ targets: Set<String>) {
        self.folder = folder
        self.targets = targets
    }

    /// The arrows of the innermost folder that a file lies in.
    static func of(_ file: SourceTree.File) -> Arrows? {
        all.filter { file.path.hasPrefix($0.folder + "/") }.max { $0.folder.count < $1.folder.count }
    }

    /// The module that a line imports, if it is an import.
    static func module(importedBy line: Substring) -> String? {
        var words = line.split(separator: " ")[...]
        words = words.drop { $0.hasPrefix("@") || ["internal", "private", "package", "public"].contains($0) }
        guard words.first == "import", let name = words.last else { return nil }
        return name.split(separator: ".").first.map(String.init)
    }
}
