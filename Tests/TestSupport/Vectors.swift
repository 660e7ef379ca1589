package import Foundation

/// Test data kept as files: the lines of a file in a test target's bundle, without comments (`#` and a space) and blank ones.
///
/// - Parameter bundle: `Bundle.module` of the test target.
package func vectorLines(_ name: String, in bundle: Bundle) throws -> [String] {
    let folder = bundle.bundleURL.appendingPathComponent("vectors")
    let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("# ") && $0 != "#" }
}
