/// An element's name. Called, it makes the element: `Tag.p(.class("quiet")) { "text" }`.
package struct Tag: Sendable {
    private let name: StaticString
    /// It has no content, and no end tag.
    private let isVoid: Bool

    private init(_ name: StaticString, isVoid: Bool = false) {
        (self.name, self.isVoid) = (name, isVoid)
    }

    package func callAsFunction(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { HTML() }) -> HTML {
        var element = HTML()
        element.append("<")
        element.append(name)
        for attribute in attributes.compactMap(\.self) { element.append(attribute.html) }
        element.append(">")
        if isVoid { return element }
        element.append(content())
        element.append("</")
        element.append(name)
        element.append(">")
        return element
    }
}

extension Tag {
    package static let a = Tag("a")
    package static let audio = Tag("audio")
    package static let bdi = Tag("bdi")
    package static let body = Tag("body")
    package static let button = Tag("button")
    package static let caption = Tag("caption")
    package static let code = Tag("code")
    package static let dd = Tag("dd")
    package static let details = Tag("details")
    package static let div = Tag("div")
    package static let dl = Tag("dl")
    package static let dt = Tag("dt")
    package static let form = Tag("form")
    package static let h1 = Tag("h1")
    package static let h2 = Tag("h2")
    package static let head = Tag("head")
    package static let header = Tag("header")
    package static let html = Tag("html")
    package static let img = Tag("img", isVoid: true)
    package static let input = Tag("input", isVoid: true)
    package static let label = Tag("label")
    package static let li = Tag("li")
    package static let link = Tag("link", isVoid: true)
    package static let main = Tag("main")
    package static let meta = Tag("meta", isVoid: true)
    package static let meter = Tag("meter")
    package static let nav = Tag("nav")
    package static let option = Tag("option")
    package static let p = Tag("p")
    package static let script = Tag("script")
    package static let section = Tag("section")
    package static let select = Tag("select")
    package static let span = Tag("span")
    package static let strong = Tag("strong")
    package static let summary = Tag("summary")
    package static let table = Tag("table")
    package static let tbody = Tag("tbody")
    package static let td = Tag("td")
    package static let textarea = Tag("textarea")
    package static let th = Tag("th")
    package static let thead = Tag("thead")
    package static let time = Tag("time")
    package static let title = Tag("title")
    package static let tr = Tag("tr")
    package static let ul = Tag("ul")
    package static let video = Tag("video")
}
