import HTML

/// Asks who somebody is.
struct LoginPage {
    /// Where to go then.
    let next: NextPage?
    /// Why it is asked again.
    let trouble: String?

    var html: HTML {
        Layout.page("Log in") {
            Tag.main(.class("narrow")) {
                Tag.h1 { "Log in" }
                Tag.form(.class("card"), .post, .action(OwnURL("admin", Entrance.login))) {
                    if let trouble { Tag.p(.class("trouble"), .role("alert")) { trouble } }
                    if let next { Tag.input(.type("hidden"), .name("next"), .value(next.url)) }
                    Tag.label {
                        "User"
                        Tag.input(
                            .name("username"), .autocomplete("username"), .noCapitals, .noSpellcheck, .required,
                            .autofocus)
                    }
                    Tag.label {
                        "Password"
                        Tag.input(
                            .name("password"), .type("password"), .autocomplete("current-password"), .required)
                    }
                    Tag.label {
                        "One-time code, if you have one"
                        Tag.input(.name("otp"), .autocomplete("one-time-code"), .inputMode("numeric"))
                    }
                    Tag.button(.class("main")) { "Log in" }
                }
            }
        }
    }
}
