import SQLite

extension ClientState {
    /// Whether this state was begun anew, perhaps because an earlier one was lost, and the server hasn't been found since to
    /// have nothing of what is here.
    func mayHaveLostAnother() throws(StateError) -> Bool {
        try read("look whether it is new") { connection throws(SQLiteError) in
            try connection.query("SELECT 1 FROM new_state LIMIT 1") { _ in () }.first != nil
        }
    }

    func hasLostNone() throws(StateError) {
        try change("note that it isn't new") { connection throws(SQLiteError) in
            try connection.execute("DELETE FROM new_state")
        }
    }
}
