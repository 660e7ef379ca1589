internal import Glibc

/// The minute of the day, as this machine's clocks on the wall show it: from 0 to 1439. The corresponding C function is
/// `localtime_r`.
package func localMinuteOfDay(_ unixSeconds: Int64) -> Int {
    var seconds = time_t(unixSeconds)
    var parts = unsafe tm()
    guard unsafe localtime_r(&seconds, &parts) != nil else { return 0 }
    let (hour, minute) = unsafe (Int(parts.tm_hour), Int(parts.tm_min))
    return max(0, min(hour * 60 + minute, 1439))
}
