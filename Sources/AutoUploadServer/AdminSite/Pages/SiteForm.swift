import HTML
import Logins

/// A form that changes something.
enum SiteForm {
    /// The field that shows that a page of the session's own sends it.
    static let token = "token"

    static func form(_ action: OwnURL, by visitor: Visitor, @HTMLBuilder _ content: () -> HTML) -> HTML {
        Tag.form(.post, .action(action)) {
            Tag.input(.type("hidden"), .name("token"), .value(visitor.session.formToken ?? ""))
            content()
        }
    }
}
