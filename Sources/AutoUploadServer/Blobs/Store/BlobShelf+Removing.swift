import Platform

extension BlobShelf {
    /// Removes what nobody may have any more.
    ///
    /// - Returns: how many went.
    @discardableResult
    func removeExpired(by time: Int64 = time()) throws(BlobRowsError) -> Int {
        var count = 0
        while true {
            let gone = try rows.removeExpired(by: time, atMost: Self.together)
            for row in gone {
                let isGone = row.lies == .inFolder ? try removeFile(row.id) : true
                if isGone { claims.note(removed: row.charge) }
            }
            count += gone.count
            if gone.count < Self.together { return count }
        }
    }

    /// Rows that go in one transaction.
    private static let together = 200

    /// Removes files that have no row: their upload was never answered for, or their end was begun. What is taken is counted anew.
    func removeStrays() throws(BlobRowsError) {
        let names: [FileName]
        do throws(SystemError) {
            names = try folders.kept.names()
        } catch {
            return
        }
        for name in names {
            guard let id = BlobID(String(decoding: name.bytes, as: UTF8.self)) else { continue }
            _ = try removeFile(id)
        }
        try recount()
    }

    /// - Returns: false where a row has come meanwhile.
    private func removeFile(_ id: BlobID) throws(BlobRowsError) -> Bool {
        // One that has its row needs no claim, which would wait for an upload.
        if try rows.find(id)?.lies == .inFolder { return false }
        return try claims.claiming(id) { () throws(BlobRowsError) in
            guard try rows.find(id)?.lies != .inFolder, let name = id.name else { return false }
            try? folders.kept.remove(name)
            return true
        }
    }

    /// Gives files their rows that are there without a table, as after one was damaged: their times say when they came.
    func adoptFiles() throws(BlobRowsError) {
        var batch: [BlobRow] = []
        for name in (try? folders.kept.names()) ?? [] {
            guard let row = row(of: name) else { continue }
            batch.append(row)
            if batch.count == 1000 {
                try rows.adopt(batch, isComplete: false)
                batch = []
            }
        }
        try rows.adopt(batch, isComplete: true)
    }

    private func row(of name: FileName) -> BlobRow? {
        guard let id = BlobID(String(decoding: name.bytes, as: UTF8.self)),
            let status = try? folders.kept.status(of: name)
        else { return nil }
        return row(of: id, status)
    }

    /// As the time of its file says; nil for what holds no blob.
    func row(of id: BlobID, _ status: FileStatus) -> BlobRow? {
        guard status.kind == .regular, status.size > 0 else { return nil }
        let (seconds, overflows) = status.modified.seconds.multipliedReportingOverflow(by: 1000)
        let uploaded = overflows ? 0 : seconds &+ Int64(status.modified.nanoseconds / 1_000_000)
        return BlobRow(id: id, size: status.size, uploaded: uploaded, expiry: uploaded &+ rules.lifetime &* 1000)
    }
}
