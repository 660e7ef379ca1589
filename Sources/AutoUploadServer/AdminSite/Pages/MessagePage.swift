import HTML
import Storage

/// Says that something can't be shown or done, and what to do.
struct MessagePage {
    let title: String
    let text: String
    /// Of a console, that does it.
    var command: String?

    static let notFound = MessagePage(title: "Not found", text: "There is nothing here, or not any more.")
    static let stale = MessagePage(
        title: "Nothing was changed",
        text: "The page that this came from is too old, or isn't from here. Go back, load it anew, and try again.")

    static let viewer = MessagePage(
        title: "Nothing was changed", text: "You may see all of this, and change nothing (role=viewer).")

    init(title: String, text: String, command: String? = nil) {
        (self.title, self.text, self.command) = (title, text, command)
    }

    /// Nobody but those who run the server sees these pages: they are told what the log is told.
    init(storage error: VaultError) {
        self.init(title: "The storage can't be read", text: "\(error)")
    }

    func html(for visitor: Visitor) -> HTML {
        Layout.page(title, for: visitor) {
            Tag.p { text }
            if let command { Tag.p { Tag.code { command } } }
        }
    }
}
