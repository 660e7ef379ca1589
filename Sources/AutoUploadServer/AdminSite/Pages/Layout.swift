import Accounts
import HTML
import Logins

/// What all pages have in common.
enum Layout {
    /// The parts of the site, as its menu has them.
    enum Part: CaseIterable {
        case overview, files, trash, links, users, live, log

        var title: String {
            switch self {
            case .overview: "Overview"
            case .files: "Files"
            case .trash: "Trash"
            case .links: "Links"
            case .users: "Users"
            case .live: "Under way"
            case .log: "Log"
            }
        }

        var url: OwnURL {
            switch self {
            case .overview: OwnURL("admin", "")
            case .files: FilesRequest.url()
            case .trash: OwnURL("admin", TrashRequest.part)
            case .links: OwnURL("admin", Sharing.listPart)
            case .users: OwnURL("admin", UsersRequest.part)
            case .live: OwnURL("admin", LivePage.part)
            case .log: OwnURL("admin", LogRequest.part)
            }
        }
    }

    /// - Parameters:
    ///   - part: to which the page belongs; nil: to none.
    ///   - scripts: that it works better with.
    static func page(
        _ title: String, _ part: Part? = nil, scripts: [String] = [], for visitor: Visitor,
        @HTMLBuilder _ content: () -> HTML
    ) -> HTML {
        page(title, scripts: scripts) {
            Tag.header(.class("site")) {
                Tag.nav(.label("Pages")) {
                    for other in Part.allCases {
                        Tag.a(.href(other.url), other == part ? .currentPage : nil) { other.title }
                    }
                }
                SiteForm.form(OwnURL("admin", Entrance.logout), by: visitor) {
                    Tag.span(.class("quiet")) { "\(visitor.login.user) (\(visitor.role.rawValue))" }
                    Tag.button(.class("link")) { "Log out" }
                }
            }
            Tag.main {
                Tag.h1 { title }
                content()
            }
        }
    }

    /// A page without anything that is only for those who have logged in.
    static func page(_ title: String, scripts: [String] = [], @HTMLBuilder _ content: () -> HTML) -> HTML {
        .document {
            Tag.html(.lang("en")) {
                Tag.head {
                    Tag.meta(.charset("utf-8"))
                    Tag.meta(.name("viewport"), .content("width=device-width, initial-scale=1"))
                    Tag.meta(.name("color-scheme"), .content("light dark"))
                    Tag.title { title }
                    Tag.link(.rel("icon"), .href(OwnURL("page", "icon.svg")), .type("image/svg+xml"))
                    Tag.link(.rel("stylesheet"), .href(OwnURL("page", "style.css")))
                    Tag.link(.rel("stylesheet"), .href(OwnURL("admin", "admin.css")))
                    for script in scripts { Tag.script(.type("module"), .src(OwnURL("admin", script))) }
                }
                Tag.body(.class("site")) { content() }
            }
        }
    }
}
