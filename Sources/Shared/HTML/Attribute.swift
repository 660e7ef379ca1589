/// An attribute of an element. Where it names a place, that is one of this server (`OwnURL`): no text of somebody else's is ever
/// a place to go to, nor a script. Nil stands for none, so that one can depend on something.
package struct Attribute: Sendable {
    private let name: StaticString
    /// Nil where its being there says all.
    private let value: String?

    private init(_ name: StaticString, _ value: String?) {
        (self.name, self.value) = (name, value)
    }

    var html: HTML {
        var html = HTML()
        html.append(" ")
        html.append(name)
        guard let value else { return html }
        html.append("=\"")
        html.append(HTML(text: value))
        html.append("\"")
        return html
    }
}

// MARK: - Places

extension Attribute {
    package static func href(_ url: OwnURL) -> Attribute { Attribute("href", url.text) }
    package static func src(_ url: OwnURL) -> Attribute { Attribute("src", url.text) }
    package static func formAction(_ url: OwnURL) -> Attribute { Attribute("formaction", url.text) }
    package static func action(_ url: OwnURL) -> Attribute { Attribute("action", url.text) }
}

// MARK: - Words of the source

extension Attribute {
    package static func `class`(_ names: StaticString) -> Attribute { Attribute("class", "\(names)") }
    package static func id(_ name: StaticString) -> Attribute { Attribute("id", "\(name)") }
    package static func name(_ name: StaticString) -> Attribute { Attribute("name", "\(name)") }
    package static func type(_ type: StaticString) -> Attribute { Attribute("type", "\(type)") }
    package static func rel(_ relation: StaticString) -> Attribute { Attribute("rel", "\(relation)") }
    package static func lang(_ language: StaticString) -> Attribute { Attribute("lang", "\(language)") }
    package static func role(_ role: StaticString) -> Attribute { Attribute("role", "\(role)") }
    package static func scope(_ scope: StaticString) -> Attribute { Attribute("scope", "\(scope)") }
    package static func charset(_ name: StaticString) -> Attribute { Attribute("charset", "\(name)") }
    package static func content(_ text: StaticString) -> Attribute { Attribute("content", "\(text)") }
    package static func autocomplete(_ what: StaticString) -> Attribute { Attribute("autocomplete", "\(what)") }
    package static func inputMode(_ mode: StaticString) -> Attribute { Attribute("inputmode", "\(mode)") }
    package static func preload(_ what: StaticString) -> Attribute { Attribute("preload", "\(what)") }
    package static func labelledBy(_ id: StaticString) -> Attribute { Attribute("aria-labelledby", "\(id)") }

    package static let post = Attribute("method", "post")
    package static let get = Attribute("method", "get")
    package static let required = Attribute("required", nil)
    package static let controls = Attribute("controls", nil)
    package static let checked = Attribute("checked", nil)
    package static let selected = Attribute("selected", nil)
    package static let autofocus = Attribute("autofocus", nil)
    package static let noSpellcheck = Attribute("spellcheck", "false")
    package static let noCapitals = Attribute("autocapitalize", "none")
    package static let ascending = Attribute("aria-sort", "ascending")
    package static let descending = Attribute("aria-sort", "descending")
    package static let currentPage = Attribute("aria-current", "page")
}

// MARK: - Texts

extension Attribute {
    package static func value(_ text: String) -> Attribute { Attribute("value", text) }
    package static func title(_ text: String) -> Attribute { Attribute("title", text) }
    package static func alt(_ text: String) -> Attribute { Attribute("alt", text) }
    package static func label(_ text: String) -> Attribute { Attribute("aria-label", text) }
    package static func placeholder(_ text: String) -> Attribute { Attribute("placeholder", text) }
    package static func dateTime(_ text: String) -> Attribute { Attribute("datetime", text) }
    package static func step(_ text: String) -> Attribute { Attribute("step", text) }
    package static func min(_ number: Double) -> Attribute { Attribute("min", "\(number)") }
    package static func max(_ number: Double) -> Attribute { Attribute("max", "\(number)") }
    /// Of a meter.
    package static func number(_ number: Double) -> Attribute { Attribute("value", "\(number)") }
    package static func rows(_ number: Int) -> Attribute { Attribute("rows", "\(number)") }
    package static func width(_ pixels: Int) -> Attribute { Attribute("width", "\(pixels)") }
    package static func height(_ pixels: Int) -> Attribute { Attribute("height", "\(pixels)") }
}
