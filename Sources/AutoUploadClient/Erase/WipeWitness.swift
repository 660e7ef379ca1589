/// Who speaks with the server while files are wiped.
protocol WipeWitness: AnyObject {
    /// Called again and again while contents are destroyed, which may take hours.
    func stayInTouch()

    /// Asks the server whether it still has what is about to be destroyed, now that the files are hidden: a "copy" that has
    /// vanished with its name was the very file, seen over a network or through FUSE.
    ///
    /// - Returns: why not, for each that it didn't confirm.
    func objections(to records: [WipeRecord]) -> [WipeID: String]
}
