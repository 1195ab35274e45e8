// Points in time as a result names them. It asks no clock.

internal import Glibc

package enum Timestamp {
  /// ISO 8601 in UTC, whole seconds: `2026-01-31T23:59:59Z`.
  ///
  /// - Parameter unixSeconds: since 1970-01-01, of the years 0 to 9999.
  package static func text(unixSeconds: Int) -> String {
    var seconds = time_t(unixSeconds)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func padded(_ value: CInt, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = [padded(parts.tm_year + 1_900, 4), padded(parts.tm_mon + 1, 2), padded(parts.tm_mday, 2)]
    let time = [padded(parts.tm_hour, 2), padded(parts.tm_min, 2), padded(parts.tm_sec, 2)]
    return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "Z"
  }
}
