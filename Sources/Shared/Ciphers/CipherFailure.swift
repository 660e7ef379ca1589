/// OpenSSL couldn't do what it always can, but for want of memory: nothing that was made of it is to be used.
package struct CipherFailure: Error, CustomStringConvertible {
    let operation: String

    package init(operation: String) {
        self.operation = operation
    }

    package var description: String { "OpenSSL can't \(operation)" }
}
