import HTML

/// What is asked of every link that is made.
enum LinkFields {
    /// - Parameter uses: what it is a number of, and that it may stay empty.
    @HTMLBuilder static func html(uses: String) -> HTML {
        Tag.label {
            "Good until, if it is to end"
            Tag.input(.type("date"), .name("ends"))
        }
        Tag.label {
            uses
            Tag.input(.name("uses"), .inputMode("numeric"), .autocomplete("off"))
        }
        Tag.label {
            "Password, if one is to be asked for"
            Tag.input(.name("password"), .type("password"), .autocomplete("new-password"))
        }
    }
}
