import Connections
import Domain
import HTML
import Platform
import Receipts
import Storage
import Transport

/// How the server is.
struct OverviewPage {
    private let services: Services
    private let users: UserTable
    /// Of the catalogue.
    private let trouble: String?

    init(_ services: Services, _ users: UserTable, trouble: String?) {
        (self.services, self.users, self.trouble) = (services, users, trouble)
    }

    func html(for visitor: Visitor) -> HTML {
        Layout.page("Overview", .overview, for: visitor) {
            if let trouble {
                Tag.p(.class("note"), .role("status")) {
                    "What is stored can't be shown just now: \(trouble). Devices go on sending."
                }
            }
            users.html
            Tag.section(.class("card")) {
                Tag.h2 { "Server" }
                Tag.dl {
                    room
                    certificate
                    Tag.dt { "Key of the receipts" }
                    Tag.dd { Tag.code { services.receipts.key.description } }
                    Tag.dt { "Connections" }
                    Tag.dd { String(services.registry.count) }
                    Tag.dt { "Version" }
                    Tag.dd { services.software }
                }
            }
        }
    }

    @HTMLBuilder private var room: HTML {
        Tag.dt { "Free space" }
        Tag.dd {
            if let room = services.vault.room {
                "\(Shown.size(room.available)) of \(Shown.size(room.total))"
            } else {
                "not known"
            }
        }
    }

    @HTMLBuilder private var certificate: HTML {
        Tag.dt { "Certificate" }
        Tag.dd {
            if let certificate = services.certificate.context.certificate {
                "\(escaped(certificate.subject)), good until "
                Shown.time(certificate.end)
            } else {
                "not known"
            }
        }
    }
}
