import HTML

/// Makes a link by which somebody without an account may add files to a folder.
struct DropForm {
    let place: Sharing.Place

    func html(for visitor: Visitor) -> HTML {
        Tag.section(.class("card")) {
            Tag.h2 { "A link to add files" }
            Tag.p(.class("quiet")) {
                "Whoever has its address may add files to the folder, without an account, and sees nothing of what is there."
            }
            SiteForm.form(Sharing.url(place.user, place.path), by: visitor) {
                Tag.input(.type("hidden"), .name("kind"), .value("drop"))
                Tag.div(.class("fields")) {
                    LinkFields.html(uses: "Files, if not any number")
                    Tag.label {
                        "Largest file, as in 500M"
                        Tag.input(.name("largest"), .autocomplete("off"))
                    }
                    Tag.label {
                        "All together, as in 10G"
                        Tag.input(.name("bytes"), .autocomplete("off"))
                    }
                }
                Tag.label(.class("wide")) {
                    "Note to the sender"
                    Tag.textarea(.name("note"), .rows(3))
                }
                Tag.label(.class("check")) {
                    Tag.input(.type("checkbox"), .name("proof"), .value("1"))
                    " CAPTCHA: each file costs its sender’s browser some work; without scripts none can be sent"
                }
                Tag.button(.class("main")) { "Make a link" }
            }
        }
    }
}
