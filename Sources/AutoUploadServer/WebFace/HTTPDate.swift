import HTTP
import Platform

/// A time as HTTP writes it (RFC 9110, section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
///
/// - Parameter unixSeconds: from the year 1970 on.
func httpDate(_ unixSeconds: Int64) -> FieldValue {
    // YYYY-MM-DDThh:mm:ssZ
    let text = utcText(unixSeconds)
    let parts = text.split { "-T:Z".contains($0) }
    guard parts.count == 6, let month = Int(parts[1]), months.indices.contains(month - 1) else { return "" }
    // The first day was a Thursday.
    let day = weekdays[Int((unixSeconds / 86_400 + 4) % 7)]
    return FieldValue("\(day), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT")
        ?? ""
}

private let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
