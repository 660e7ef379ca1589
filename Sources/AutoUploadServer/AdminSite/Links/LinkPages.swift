import Catalogue
import HTML
import HTTP

/// What somebody sees who follows a link, and doesn't get it at once.
enum LinkPages {
    static func password(_ link: Link, trouble: String?) -> SiteAnswer {
        SiteAnswer(
            trouble == nil ? .ok : .forbidden,
            page("This link has a password") {
                Tag.form(.class("card"), .post, .action(link.url)) {
                    if let trouble { Tag.p(.class("trouble"), .role("alert")) { trouble } }
                    if !link.note.isEmpty { Tag.p { link.note } }
                    Tag.label {
                        "Password"
                        Tag.input(.name("password"), .type("password"), .required, .autofocus, .autocomplete("off"))
                    }
                    Tag.button(.class("main")) { "Go on" }
                }
            })
    }

    static func message(_ message: MessagePage) -> HTML {
        page(message.title) { Tag.p { message.text } }
    }

    private static func page(_ title: String, @HTMLBuilder _ content: () -> HTML) -> HTML {
        Layout.page(title) {
            Tag.main(.class("narrow")) {
                Tag.h1 { title }
                content()
            }
        }
    }
}
