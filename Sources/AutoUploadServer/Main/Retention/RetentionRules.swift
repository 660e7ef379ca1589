import CommandLine

/// What of the stored files goes by itself, and when.
struct RetentionRules: Hashable, Sendable {
    /// Seconds after which a file goes; nil: age is no reason.
    let age: Int64?
    /// Bytes that each user keeps at most; nil: as many as there are.
    let most: UInt64?
    /// Seconds for which no file goes, whatever else there is: who has a device can't push out what is younger, by sending much.
    let floor: Int64

    /// - Returns: nil where nothing goes by itself.
    init?(_ arguments: ParsedArguments) throws(ProgramError) {
        let days = try arguments.integer(of: RetentionOptions.days)
        let floor = try arguments.integer(of: RetentionOptions.floor)
        let most = arguments.optionalSize(of: RetentionOptions.most)
        if days > 0, days < floor {
            throw .usage("--keep-days \(days) is less than --keep-at-least \(floor): no file goes so early")
        }
        self.init(days: days, most: most, floorDays: floor)
    }

    init?(days: Int = 0, most: UInt64? = nil, floorDays: Int) {
        if days == 0, most == nil { return nil }
        age = days == 0 ? nil : Int64(days) * 86_400
        self.most = most
        floor = Int64(floorDays) * 86_400
    }

    /// Why a file goes.
    enum Reason: String, Sendable {
        case age, size
    }

    /// - Parameters:
    ///   - age: seconds since the file was stored.
    ///   - isOver: whether its user has more than that may keep.
    func reason(age: Int64, isOver: Bool) -> Reason? {
        if age < floor { return nil }
        if let limit = self.age, age >= limit { return .age }
        return isOver ? .size : nil
    }
}

/// The options of what goes by itself.
enum RetentionOptions {
    static let days = Option(
        "keep-days", value: .integer("DAYS", 0...36_500), defaultText: "0", section: "Storage",
        help: "Delete files that were stored so long ago, by way of the trash (--trash-days); 0: age is no reason.")
    static let most = Option(
        "keep-size", value: .size(1...UInt64(Int64.max)), section: "Storage",
        help: "Delete the oldest files of each user who has more than this, by way of the trash. None unless given.")
    static let floor = Option(
        "keep-at-least", value: .integer("DAYS", 0...36_500), defaultText: "7", section: "Storage",
        help: "Whatever --keep-size says, a file stays for so long: a device that sends much can't push others out.")

    static let table = [days, most, floor]
}
