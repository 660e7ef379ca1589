import Accounts
import Domain
import HTML
import HTTP
import Logins
import Platform

/// The users of the password file, and what is set for each.
struct UserList {
    let users: [PasswordEntry]
    /// From 0.
    let page: Int

    private static let perPage = 100

    func html(for visitor: Visitor) -> HTML {
        Layout.page("Users", .users, for: visitor) {
            Tag.div(.class("scroll")) {
                Tag.table(.class("list")) {
                    Tag.thead {
                        Tag.tr {
                            for title in ["User", "Role", "Quota", "Files go to", "One-time codes"] {
                                Tag.th(.scope("col")) { title }
                            }
                        }
                    }
                    Tag.tbody {
                        for user in users.dropFirst(page * Self.perPage).prefix(Self.perPage) { row(user, visitor) }
                    }
                }
            }
            if users.count > (page + 1) * Self.perPage {
                Tag.p {
                    let query = [(name: "page", value: String(page + 1))]
                    Tag.a(.class("button"), .rel("next"), .href(OwnURL("admin", UsersRequest.part, query: query))) {
                        "More"
                    }
                }
            }
            Tag.p(.class("quiet")) { "Users are added, removed and given passwords by adduser, on the server." }
        }
    }

    private func row(_ user: PasswordEntry, _ visitor: Visitor) -> HTML {
        Tag.tr {
            Tag.td {
                if visitor.mayChange {
                    Tag.a(.href(OwnURL("admin", UsersRequest.part, user.name.text))) { user.name.text }
                } else {
                    user.name.text
                }
                if user.settings.isLocked { Tag.span(.class("mark bad")) { "locked" } }
            }
            Tag.td { user.settings.role?.rawValue ?? "–" }
            Tag.td(.class("number")) { user.settings.quota.map { Shown.size($0) } ?? "–" }
            Tag.td {
                if let prefix = user.settings.prefix { Shown.name(prefix.path.bytes) } else { "–" }
            }
            Tag.td { user.settings.seed == nil ? "no" : "yes" }
        }
    }
}

/// What is set for a user, to be changed.
struct UserPage {
    let user: PasswordEntry
    /// Whether this server may change its password file.
    let canEdit: Bool

    func html(for visitor: Visitor) -> HTML {
        Layout.page(user.name.text, .users, for: visitor) {
            Tag.section(.class("card")) {
                if !canEdit {
                    Tag.p(.class("quiet")) {
                        "This server may not change its password file (--edit-users): it shows the command that does it."
                    }
                }
                SiteForm.form(OwnURL("admin", UsersRequest.part, user.name.text), by: visitor) {
                    shown
                    Tag.div(.class("fields")) { fields }
                    Tag.label(.class("check")) {
                        Tag.input(
                            .type("checkbox"), .name("locked"), .value("y"),
                            user.settings.isLocked ? .checked : nil)
                        " Locked: may not log in"
                    }
                    Tag.p(.class("quiet")) {
                        "Sessions, connections and uploads of a user who is locked, or whose folder changes, end. What is stored stays where it is."
                    }
                    Tag.div(.class("choices")) {
                        Tag.button(.class("main")) { canEdit ? "Save" : "Show the command" }
                        Tag.a(.class("button"), .href(OwnURL("admin", UsersRequest.part))) { "Back" }
                    }
                }
            }
        }
    }

    private var quota: String { user.settings.quota.map { byteCountText($0) } ?? "" }
    private var prefix: String { user.settings.prefix.map { String(decoding: $0.path.bytes, as: UTF8.self) } ?? "" }
    private var role: String { user.settings.role?.rawValue ?? UserForm.noRole }

    /// What the fields show, so that what isn't touched stays.
    @HTMLBuilder private var shown: HTML {
        Tag.input(.type("hidden"), .name("was-quota"), .value(quota))
        Tag.input(.type("hidden"), .name("was-prefix"), .value(prefix))
        Tag.input(.type("hidden"), .name("was-role"), .value(role))
        Tag.input(.type("hidden"), .name("was-locked"), .value(user.settings.isLocked ? "y" : ""))
    }

    @HTMLBuilder private var fields: HTML {
        Tag.label {
            "Role"
            Tag.select(.name("role")) {
                for choice in [UserForm.noRole] + Role.allCases.map(\.rawValue) {
                    Tag.option(.value(choice), choice == role ? .selected : nil) { choice }
                }
            }
        }
        Tag.label {
            "Quota, as in 500M or 2G; empty: none"
            Tag.input(.name("quota"), .value(quota), .autocomplete("off"))
        }
        Tag.label {
            "Folder that files go to; empty: the user's own"
            Tag.input(.name("prefix"), .value(prefix), .autocomplete("off"), .noSpellcheck)
        }
    }
}

extension SiteTrouble {
    /// - Parameters:
    ///   - reason: nil: the server wasn't told that it may.
    ///   - command: does it.
    static func cantEdit(_ reason: String?, _ command: String) -> SiteTrouble {
        let why = reason ?? "this server may not change its password file (--edit-users)"
        return SiteTrouble(
            .conflict,
            MessagePage(
                title: "Nothing was changed", text: "\(why). On the server this does it:", command: command))
    }
}
