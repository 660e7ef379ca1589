/// The version of all programs of this project. See https://semver.org.
package enum Version {
    package static let current = "0.1.0"
}
