/// A library of ciphers couldn't do what it always can, but for want of memory: nothing that was made of it is to be used.
package struct CipherFailure: Error, CustomStringConvertible {
    private let library: String
    let operation: String

    package init(library: String = "OpenSSL", operation: String) {
        (self.library, self.operation) = (library, operation)
    }

    package var description: String { "\(library) can't \(operation)" }
}
