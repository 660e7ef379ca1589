internal import CSystemShims

/// What the kernel says of its clock.
package enum ClockState {
    /// Whether something such as NTP or GPS has set it, and keeps it right; nil where that can't be told.
    package static var isSet: Bool? {
        switch shim_clock_is_set() {
        case 0: false
        case 1: true
        default: nil
        }
    }
}
