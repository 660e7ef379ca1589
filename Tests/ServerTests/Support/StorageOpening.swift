import Platform

@testable import Storage

extension Storage {
    /// Opens the storage folder as a next process would. The lock of a vault that has just gone may be held a moment longer, by
    /// a program that another test starts: between its fork and its exec it has every descriptor of this process.
    static func opened(folder: String) throws(StorageError) -> Storage {
        let deadline = Deadline.after(seconds: 30)
        while true {
            do throws(StorageError) {
                return try Storage(folder: folder, allowWeak: true)
            } catch {
                if !error.description.hasPrefix("another auto-upload-server") || deadline.hasPassed { throw error }
            }
            Thread.sleep(seconds: 0.01)
        }
    }
}
