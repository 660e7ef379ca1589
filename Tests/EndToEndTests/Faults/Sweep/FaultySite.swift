import Testing

/// A site where one call of its server's fails.
struct FaultySite {
    let site: Site
    let plan: FaultPlan
    /// Of the call; 0: none fails.
    let number: UInt64
    let trouble: Trouble

    init(number: UInt64, _ trouble: Trouble) throws {
        site = try Site()
        plan = try FaultPlan(folders: [site.storage, site.users])
        (self.number, self.trouble) = (number, trouble)
        if number > 0 { try plan.fail(from: number, with: trouble) }
    }

    /// What is said of a failed expectation.
    var comment: Comment { plan.description(number, trouble) }
}
