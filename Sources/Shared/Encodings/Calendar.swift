/// Days of the Gregorian calendar, of years from 1970 on.
package enum Calendar {
    /// Days of four hundred years.
    private static let era: Int64 = 146_097
    /// From 1 March of the year 0, with which the calculation begins, as a leap day is the last of a year then.
    private static let beginning: Int64 = 719_468

    /// - Returns: days since 1 January 1970. What is no day, as 31 February, counts on into the next month.
    package static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let ofYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + ofYear - beginning
    }

    /// - Parameter days: since 1 January 1970, at least 0.
    package static func date(ofDay days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = days + beginning
        let ofEra = days % era
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * month + 2) / 5 + 1
        let year = days / era * 400 + yearOfEra
        return (month < 10 ? year : year + 1, month < 10 ? month + 3 : month - 9, day)
    }
}
