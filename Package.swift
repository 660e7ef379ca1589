// swift-tools-version: 6.3
// The arrows of docs/ARCHITECTURE.md, held by the compiler: a target sees only what it lists here.

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func shared(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/Shared/\(name)", swiftSettings: strict)
}

func server(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/AutoUploadServer/\(name)", resources: resources,
        swiftSettings: strict)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude, resources: resources,
        swiftSettings: strict)
}

/// What a sanitizer has nothing to say about isn't compiled for it: names, with spaces between.
let withoutTests =
    Context.environment["AUTO_UPLOAD_WITHOUT_TESTS"].map { Set($0.split(separator: " ").map(String.init)) } ?? []

let package = Package(
    name: "auto-upload",
    products: [
        .executable(name: "auto-upload-server", targets: ["AutoUploadServer"]),
        .executable(name: "auto-upload-client", targets: ["AutoUploadClient"]),
        .executable(name: "adduser", targets: ["AddUser"]),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .target(name: "CSystemShims", cSettings: [.define("_GNU_SOURCE")]),
        // The headers of libcurl4-openssl-dev; the library itself is loaded where it is used.
        .target(name: "CCurl"),
        // The headers of libpq-dev; the library itself is loaded where it is used.
        .target(name: "CPostgreSQL"),

        shared("Encodings", []),
        shared("Platform", ["Encodings", "CSystemShims"]),
        shared("ProxyProtocol", ["Platform"]),
        shared("Domain", ["Encodings"]),
        shared("Wire", ["Domain", "Encodings"]),
        shared("HTTP", ["Encodings"]),
        shared("HTML", ["Encodings"]),
        shared("JSON", ["CJansson"]),
        // Optimised always: archives of very many files are written in a test.
        .target(
            name: "Zip", dependencies: ["Encodings", "CZlib"], path: "Sources/Shared/Zip",
            swiftSettings: strict + [.unsafeFlags(["-O"])]),
        shared("Ciphers", ["Platform", "Encodings", "COpenSSL", "CSodium"]),
        shared("Age", ["Ciphers", "Platform", "Encodings"]),
        shared("Transport", ["Wire", "Domain", "Platform", "Encodings", "COpenSSL"]),
        shared("Accounts", ["Encodings", "Platform", "Domain", "CArgon2"]),
        shared("CommandLine", ["Platform"]),
        shared("QRCodes", ["CQRencode"]),
        shared("SQLite", ["Platform", "CSQLite"]),
        shared("PostgreSQL", ["Platform", "CPostgreSQL"]),
        shared("Measuring", ["Platform"]),
        shared("XML", ["CExpat"]),
        shared("HTTPClient", ["Platform", "CCurl"]),
        shared("S3", ["Ciphers", "Platform", "Encodings"]),
        shared("S3Client", ["S3", "HTTPClient", "XML", "Ciphers", "Encodings"]),

        server("Storage", ["Transport", "Measuring", "Platform", "Domain", "Encodings"]),
        server("Logins", ["Accounts", "Transport", "Platform", "Domain", "Encodings"]),
        server("Receipts", ["Storage", "Transport", "Platform", "Domain"]),
        server("Events", ["Storage", "Transport", "Platform", "Domain"]),
        server("Catalogue", ["SQLite", "Storage", "Transport", "Platform", "Domain", "Encodings"]),
        server(
            "Connections",
            [
                "Storage", "Catalogue", "Logins", "Receipts", "Events", "Transport", "Accounts", "Measuring",
                "Platform",
                "Domain",
            ]),
        server(
            "Monitoring",
            [
                "Connections", "Storage", "Catalogue", "SQLite", "Logins", "Events", "Accounts", "HTTP", "Measuring",
                "Transport",
                "Platform", "Domain", "Encodings",
            ]),
        server(
            "DirectUploads",
            [
                "S3Client", "S3", "HTTPClient", "HTTP", "JSON", "SQLite", "Logins", "Ciphers", "Transport", "Platform",
                "Domain", "Encodings",
            ]),
        server(
            "DeviceFace",
            ["Connections", "Storage", "Logins", "Receipts", "Events", "Wire", "Transport", "Platform", "Domain"]),
        server(
            "AdminSite",
            [
                "Connections", "Storage", "Catalogue", "SQLite", "Logins", "Receipts", "Events", "HTTP", "HTML", "Zip",
                "Accounts",
                "Transport",
                "Platform", "Domain", "Encodings",
            ],
            resources: [.embedInCode("Pages/Files")]),
        server(
            "Blobs",
            [
                "Connections", "Storage", "SQLite", "PostgreSQL", "HTTP", "HTTPClient", "JSON", "Ciphers", "Platform",
                "Encodings",
            ]),
        server(
            "WebFace",
            [
                "AdminSite", "DirectUploads", "S3", "Blobs", "Connections", "Storage", "Catalogue", "SQLite", "Logins",
                "Receipts", "Events",
                "HTTP",
                "HTML",
                "JSON", "Transport", "Platform", "Domain", "Encodings",
            ],
            // The pages' texts become part of the program: it is one file, and asks for nothing else at run time.
            resources: [.embedInCode("Pages/Files")]),
        .executableTarget(
            name: "AutoUploadServer",
            dependencies: [
                "DeviceFace", "WebFace", "AdminSite", "DirectUploads", "S3Client", "S3", "HTTPClient",
                "Blobs", "Monitoring", "Connections", "Storage", "Catalogue",
                "SQLite", "PostgreSQL",
                "Logins", "Receipts", "Events", "Transport", "Accounts", "CommandLine", "ProxyProtocol", "Platform",
                "Domain",
                "Encodings",
            ],
            path: "Sources/AutoUploadServer/Main", swiftSettings: strict),
        .executableTarget(
            name: "AutoUploadClient",
            dependencies: ["Age", "Transport", "CommandLine", "Platform", "Wire", "Domain", "Encodings", "SQLite"],
            swiftSettings: strict),
        .executableTarget(
            name: "AddUser", dependencies: ["Accounts", "CommandLine", "QRCodes", "Platform", "Domain"],
            swiftSettings: strict),

        // Optimised always: it makes hundreds of megabytes of test data.
        .target(
            name: "TestSupport", dependencies: ["Platform", "Domain"], path: "Tests/TestSupport",
            swiftSettings: strict + [.unsafeFlags(["-O"])]),
        tests("EncodingsTests", ["Encodings"]),
        tests("PlatformTests", ["Platform"]),
        tests(
            "ProxyProtocolTests", ["ProxyProtocol", "Platform", "Encodings"], resources: [.copy("vectors")]),
        tests("HTMLTests", ["HTML"]),
        tests("MeasuringTests", ["Measuring"]),
        tests("ZipTests", ["Zip"]),
        tests("XMLTests", ["XML"]),
        tests("PostgreSQLTests", ["PostgreSQL", "Platform"]),
        tests("S3Tests", ["S3", "Platform"], resources: [.copy("vectors")]),
        tests("S3ClientTests", ["S3Client", "S3", "HTTPClient", "XML", "Platform"]),
        tests("DomainTests", ["Domain"]),
        tests("WireTests", ["Wire", "Domain", "Encodings"], resources: [.copy("vectors")]),
        tests(
            "HTTPTests", ["HTTP", "Encodings"], resources: [.copy("vectors")],
            exclude: ["Differential/install", "Differential/llhttp.py"]),
        tests(
            "AgeTests", ["Age", "Platform", "Domain", "Transport", "Encodings"],
            resources: [.copy("testkit")]),
        tests(
            "TransportTests", ["Transport", "Platform", "Wire", "Domain"], resources: [.copy("vectors")],
            exclude: ["OneTimeCodes/install", "OneTimeCodes/codes.py"]),
        tests("AccountsTests", ["Accounts", "QRCodes", "Platform", "Domain"], resources: [.copy("vectors")]),
        tests("CommandLineTests", ["CommandLine", "Platform"]),
        tests(
            "ServerTests",
            [
                "AutoUploadServer", "DeviceFace", "WebFace", "AdminSite", "DirectUploads", "S3Client", "S3",
                "HTTPClient", "Blobs", "Monitoring", "Connections",
                "Storage",
                "Catalogue", "SQLite", "PostgreSQL", "Measuring", "Ciphers", "JSON", "Logins", "Receipts", "Events",
                "HTTP", "HTML",
                "Platform", "Wire", "Domain", "Encodings", "Transport", "Accounts",
            ], resources: [.copy("vectors")]),
        tests(
            "ClientTests", ["AutoUploadClient", "SQLite", "Platform", "Wire", "Domain", "Encodings", "Transport"],
            resources: [.copy("fixtures")]),
        tests("HouseRulesTests", []),
        tests(
            "EndToEndTests",
            ["SQLite", "S3", "S3Client", "Platform", "Wire", "Domain", "Transport", "Encodings", "CSQLite"],
            exclude: [
                "Encryption/install", "Encryption/pyrage_peer.py",
                "Web/Blobs/onion.py", "Web/Blobs/upstream.py", "Web/Clients/constraints", "Web/Clients/install",
                "Web/Clients/schemathesis.toml",
                "Web/Clients/schemathesis_hooks.py", "Web/Clients/send.py", "Web/Tus/aiotus_upload.py",
                "Web/Tus/upload.py",
            ]),
    ].filter { !withoutTests.contains($0.name) }
)
