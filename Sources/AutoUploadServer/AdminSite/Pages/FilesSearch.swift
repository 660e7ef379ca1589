import Catalogue
import HTML

/// The form above a list of files.
struct FilesSearch {
    let request: FilesRequest

    var html: HTML {
        Tag.form(.class("search card"), .get, .action(FilesRequest.url(request.user))) {
            Tag.label(.class("wide")) {
                "Name contains"
                Tag.input(.type("search"), .name("q"), .value(request.text), .noSpellcheck, .noCapitals)
            }
            field("Stored from", "from", request.from, "date")
            field("to", "to", request.to, "date")
            size("At least", "min", request.least)
            size("At most", "max", request.most)
            Tag.input(.type("hidden"), .name("order"), .value(request.order.rawValue))
            Tag.input(.type("hidden"), .name("dir"), .value(request.isDescending ? "desc" : "asc"))
            Tag.div(.class("choices")) {
                Tag.button(.class("main")) { request.user == nil ? "Search" : "Search this user's files" }
                if request.isSearch { Tag.a(.class("button"), .href(FilesRequest.url(request.user))) { "Show all" } }
            }
        }
    }

    private func field(_ label: String, _ name: StaticString, _ value: String, _ type: StaticString) -> HTML {
        Tag.label {
            label
            Tag.input(.type(type), .name(name), .value(value))
        }
    }

    private func size(_ label: String, _ name: StaticString, _ value: String) -> HTML {
        Tag.label {
            label
            Tag.input(.name(name), .value(value), .placeholder("500M"), .noSpellcheck, .noCapitals)
        }
    }
}
