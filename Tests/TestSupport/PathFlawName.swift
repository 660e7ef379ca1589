package import Domain

/// As the vector files call it.
package func name(of flaw: RemotePath.Flaw) -> String {
    switch flaw {
    case .empty: "empty"
    case .tooLong: "tooLong"
    case .tooManyComponents: "tooManyComponents"
    case .absolute: "absolute"
    case .trailingSlash: "trailingSlash"
    case .doubleSlash: "doubleSlash"
    case .dotComponent: "dotComponent"
    case .componentTooLong: "componentTooLong"
    case .containsNUL: "containsNUL"
    case .reservedName: "reservedName"
    }
}
