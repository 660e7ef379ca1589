/// What somebody looks at a page on.
struct Screen: Hashable, Sendable, CustomStringConvertible {
    let isPhone: Bool
    let isDark: Bool

    var width: Int { isPhone ? 390 : 1280 }
    var height: Int { isPhone ? 844 : 900 }

    static let all = [false, true].flatMap { isPhone in [false, true].map { Screen(isPhone: isPhone, isDark: $0) } }

    var description: String { "\(isPhone ? "phone" : "desktop")-\(isDark ? "dark" : "light")" }
}
