internal import CSystemShims

/// Bytes from the kernel's random generator: getrandom(2).
///
/// - Parameter count: at most 256, which the kernel gives at once or not at all.
package func randomBytes(_ count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: min(count, 256))
    _ = try bytes.withUnsafeMutableBytesTyped { buffer throws(SystemError) in
        try systemCall("get random bytes") { unsafe shim_getrandom(buffer.baseAddress, buffer.count) }
    }
    return bytes
}
