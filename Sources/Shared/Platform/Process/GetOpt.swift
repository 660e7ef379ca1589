internal import CSystemShims
internal import Glibc

/// An option as getopt_long(3) knows it.
package struct GetOptOption: Sendable {
    /// Without the hyphens; all stand for the same option.
    package let longNames: [String]
    /// An ASCII letter or digit.
    package let shortName: Character?
    package let takesValue: Bool

    package init(longNames: [String], shortName: Character?, takesValue: Bool) {
        self.longNames = longNames
        self.shortName = shortName
        self.takesValue = takesValue
    }
}

/// What stands on a command line. `index` counts the options that were declared.
package enum GetOptItem {
    /// A value is attached to a letter when it is written as `-pVALUE`.
    case option(index: Int, value: Argument?, isAttachedToLetter: Bool)
    case operand(Argument)
    case missingValue(index: Int)
    /// A flag was given a value: `--help=x`.
    case unexpectedValue(index: Int)
    /// As it was written, without a value, which may be a secret. Also a shortened name that stands for several.
    case unknown(name: [UInt8])
}

/// Takes a command line apart by getopt_long(3): clustered letters, attached values, unambiguous beginnings of long
/// names, options after operands, and `--` to end them, as the system's programs do.
package func scan(_ arguments: ArgumentVector, for options: [GetOptOption]) -> [GetOptItem] {
    let (steps, end) = allSteps(through: arguments, options)
    let items = steps.compactMap { item($0, of: arguments, options) }
    return items + (end..<max(end, arguments.count)).compactMap { arguments.argument(at: $0).map(GetOptItem.operand) }
}

/// What one call of getopt_long(3) found, as plain numbers.
private struct Step {
    /// The option's code, or one of getopt's own signs.
    let found: CInt
    /// The argument after the one that was looked at.
    let next: Int
    /// Where in the argument the value begins.
    let valueOffset: Int
    /// The code of an option that isn't right; 0 for an unknown long name.
    let offending: CInt

    static let operand: CInt = 1
    static let missingValue = CInt(UInt8(ascii: ":"))
    static let wrong = CInt(UInt8(ascii: "?"))
    /// Long names get codes that no letter has.
    static let firstLongCode: CInt = 256
}

private func item(_ step: Step, of arguments: ArgumentVector, _ options: [GetOptOption]) -> GetOptItem? {
    let value = arguments.argument(at: step.next - 1, from: step.valueOffset)
    switch step.found {
    case Step.operand: return value.map(GetOptItem.operand)
    case Step.missingValue: return index(of: step.offending, options).map(GetOptItem.missingValue)
    case Step.wrong where step.offending == 0:
        let name = value?.bytes.prefix { $0 != UInt8(ascii: "=") }
        return .unknown(name: Array(name ?? []))
    case Step.wrong where step.offending >= Step.firstLongCode:
        return index(of: step.offending, options).map(GetOptItem.unexpectedValue)
    case Step.wrong: return .unknown(name: [UInt8(ascii: "-"), UInt8(truncatingIfNeeded: step.offending)])
    default:
        guard let index = index(of: step.found, options) else { return nil }
        let isLetter = step.found < Step.firstLongCode
        return .option(
            index: index, value: options[index].takesValue ? value : nil,
            isAttachedToLetter: isLetter && step.valueOffset > 0)
    }
}

private func index(of code: CInt, _ options: [GetOptOption]) -> Int? {
    if code >= Step.firstLongCode { return Int(code - Step.firstLongCode) }
    return options.firstIndex { $0.shortName?.asciiValue.map(CInt.init) == code }
}

// MARK: - getopt_long

/// getopt_long keeps its place in global variables.
private let getOptIsInUse = Turn()

private func allSteps(through arguments: ArgumentVector, _ options: [GetOptOption]) -> (steps: [Step], end: Int) {
    getOptIsInUse.withLock { _ in
        unsafe withLongOptions(options) { longOptions in
            var steps: [Step] = []
            var end = 1
            let letters = shortOptions(options)
            while let step = unsafe nextStep(arguments, letters, longOptions, isFirst: steps.isEmpty, &end) {
                steps.append(step)
            }
            return (steps, end)
        }
    }
}

private func nextStep(
    _ arguments: ArgumentVector, _ letters: String, _ longOptions: UnsafeRawPointer?, isFirst: Bool, _ end: inout Int
) -> Step? {
    unsafe arguments.withPointers { pointers in
        var value: UnsafePointer<CChar>?
        var (next, attached, offending) = (CInt(0), CInt(0), CInt(0))
        let found = unsafe shim_getopt(
            CInt(clamping: arguments.count), pointers, letters, longOptions, isFirst ? 1 : 0, &value, &next,
            &attached, &offending)
        end = Int(next)
        guard found != -1 else { return nil }
        var offset = 0
        if attached != 0, let value = unsafe value, let start = unsafe pointers[end - 1] {
            offset = unsafe value - UnsafePointer(start)
        }
        return Step(found: found, next: end, valueOffset: offset, offending: offending)
    }
}

/// "-" makes operands items where they stand, whatever POSIXLY_CORRECT says; ":" tells a missing value from an unknown
/// option.
private func shortOptions(_ options: [GetOptOption]) -> String {
    options.reduce(into: "-:") { text, option in
        if let letter = option.shortName { text += "\(letter)" + (option.takesValue ? ":" : "") }
    }
}

private func withLongOptions<R>(_ options: [GetOptOption], _ body: (UnsafeRawPointer?) -> R) -> R {
    var longOptions: [shim_long_option] = unsafe []
    for (index, option) in options.enumerated() {
        for name in option.longNames {
            unsafe longOptions.append(
                shim_long_option(
                    name: strdup(name), has_value: option.takesValue ? 1 : 0, value: Step.firstLongCode + CInt(index)))
        }
    }
    defer { unsafe longOptions.forEach { unsafe free(UnsafeMutableRawPointer(mutating: $0.name)) } }
    let made = unsafe shim_make_long_options(longOptions, CInt(longOptions.count))
    defer { unsafe free(made) }
    return unsafe body(made)
}
