internal import CSystemShims

/// When this program was built: it is no earlier now, whatever the clock says.
package enum BuildDay {
    /// Unix seconds. The compiler's day is that of its time zone, which may be ahead.
    package static let unixTime = shim_build_day() - 86_400
}
