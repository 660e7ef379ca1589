/// What names this run of the machine: 36 characters that are others after each start. Nil where the kernel tells none.
///
/// Doesn't change while the process lives.
package let bootID: [UInt8]? = {
    guard let file = try? FileDescriptor.openForReading(path: "/proc/sys/kernel/random/boot_id"),
        let text = try? file.readAll(limit: 64)
    else { return nil }
    let bootID = text.filter { $0 != UInt8(ascii: "\n") }
    return bootID.count == 36 ? bootID : nil
}()
