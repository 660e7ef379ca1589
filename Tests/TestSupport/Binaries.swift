package import Foundation

/// The programs that the build has put beside this test bundle.
package enum Binaries {
    package static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    package static let adduser = path("adduser")
    package static let server = path("auto-upload-server")
    package static let client = path("auto-upload-client")

    private static func path(_ name: String) -> String {
        folder.appendingPathComponent(name).path
    }
}
