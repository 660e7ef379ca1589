package import SQLite

/// The tables of the catalogue. A later version adds to `migrations` what makes it of the one before.
package enum CatalogueSchema {
    /// `applicationID` stands in the file's header: "AUpK".
    package static let all = SQLiteSchema(
        applicationID: 0x4155_704B, version: version, tables: upkeep + index + known,
        migrations: [
            1: [
                "ALTER TABLE links ADD COLUMN needs_proof INTEGER NOT NULL DEFAULT 0",
                "ALTER TABLE links ADD COLUMN files BLOB",
            ]
        ])
    static let version: Int64 = 2

    /// What nothing but the catalogue knows: saved from a damaged file, and never forgotten by a rebuilding.
    static let irreplaceable = ["links", "sessions", "log"]
    /// What can be found again, though at the cost of reading each file: a rebuilding keeps of it what is still true.
    static let findable = ["users", "folders", "files"]

    private static let upkeep = [
        // One row. is_current: the index is known to be as the folder was when the server was ended; is_asked: somebody wants it to be
        // compared with the folder; rebuilt: how often it was.
        """
        CREATE TABLE upkeep (
            id INTEGER PRIMARY KEY CHECK (id = 1), is_current INTEGER NOT NULL, is_asked INTEGER NOT NULL,
            rebuilt INTEGER NOT NULL)
        """,
        "INSERT INTO upkeep VALUES (1, 0, 0, 0)",
    ]

    private static let index = [
        """
        CREATE TABLE users (
            id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE,
            files INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0)
        """,
        // The path from the user's folder on; empty for that itself, whose parent is 0.
        """
        CREATE TABLE folders (
            id INTEGER PRIMARY KEY, user INTEGER NOT NULL, parent INTEGER NOT NULL, path BLOB NOT NULL,
            UNIQUE (user, path))
        """,
        "CREATE INDEX folders_by_parent ON folders (parent, path)",
        // stored: Unix seconds; modified: Unix nanoseconds; inode 0: not looked at; folded: the name as it is searched.
        """
        CREATE TABLE files (
            id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, folder INTEGER NOT NULL, name BLOB NOT NULL,
            folded TEXT NOT NULL, size INTEGER NOT NULL, digest BLOB, stored INTEGER NOT NULL,
            modified INTEGER NOT NULL, inode INTEGER NOT NULL)
        """,
        "CREATE UNIQUE INDEX files_by_name ON files (folder, name)",
        "CREATE INDEX files_by_size ON files (size, id)",
        "CREATE INDEX files_by_time ON files (stored, id)",
        "CREATE INDEX files_of_user_by_size ON files (user, size, id)",
        "CREATE INDEX files_of_user_by_time ON files (user, stored, id)",
        "CREATE INDEX files_of_folder_by_size ON files (folder, size, id)",
        "CREATE INDEX files_of_folder_by_time ON files (folder, stored, id)",
        // Which names have which three characters in a row, and nothing else: the name itself is looked at in its row.
        """
        CREATE VIRTUAL TABLE names USING fts5 (
            name, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1')
        """,
        """
        CREATE TRIGGER file_added AFTER INSERT ON files BEGIN
            UPDATE users SET files = files + 1, bytes = bytes + NEW.size WHERE id = NEW.user;
            INSERT INTO names (rowid, name) VALUES (NEW.id, NEW.folded);
        END
        """,
        """
        CREATE TRIGGER file_removed AFTER DELETE ON files BEGIN
            UPDATE users SET files = files - 1, bytes = bytes - OLD.size WHERE id = OLD.user;
            INSERT INTO names (names, rowid, name) VALUES ('delete', OLD.id, OLD.folded);
        END
        """,
        """
        CREATE TRIGGER file_resized AFTER UPDATE OF size ON files WHEN OLD.size <> NEW.size BEGIN
            UPDATE users SET bytes = bytes - OLD.size + NEW.size WHERE id = NEW.user;
        END
        """,
    ]

    private static let known = [
        // time: Unix milliseconds; address empty: this machine's console.
        """
        CREATE TABLE log (
            id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, user TEXT NOT NULL, address TEXT NOT NULL,
            action INTEGER NOT NULL, info TEXT NOT NULL, is_anonymous INTEGER NOT NULL DEFAULT 0)
        """,
        "CREATE INDEX log_by_user ON log (user, time, id)",
        "CREATE INDEX log_by_action ON log (action, time, id)",
        "CREATE INDEX log_by_time ON log (time, id)",
        "CREATE INDEX log_of_people ON log (time) WHERE is_anonymous = 0",
        // kind 0: a file, 1: a folder, 2: a drop, 3: several files, whose paths have NULs between. Times: Unix seconds; NULL: no end, no bound. password: a hash as in the password
        // file.
        """
        CREATE TABLE links (
            id TEXT PRIMARY KEY NOT NULL, kind INTEGER NOT NULL, user BLOB NOT NULL, path BLOB NOT NULL,
            made INTEGER NOT NULL, made_by TEXT NOT NULL, ends INTEGER,
            uses_left INTEGER, uses INTEGER NOT NULL DEFAULT 0, password TEXT, note TEXT NOT NULL DEFAULT '',
            largest INTEGER, bytes_left INTEGER, needs_proof INTEGER NOT NULL DEFAULT 0, files BLOB)
        """,
        "CREATE INDEX links_of_file ON links (user, path)",
        // id: the SHA-256 of what the cookie holds. Times: Unix seconds.
        """
        CREATE TABLE sessions (
            id BLOB PRIMARY KEY NOT NULL, user TEXT NOT NULL, address TEXT NOT NULL, begun INTEGER NOT NULL,
            used INTEGER NOT NULL, line BLOB NOT NULL, form_key BLOB NOT NULL)
        """,
    ]
}
