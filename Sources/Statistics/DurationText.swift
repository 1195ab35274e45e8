// A time for people, in the unit that fits it.

package enum DurationText {
  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ns", 1), ("µs", 1e3), ("ms", 1e6), ("s", 1e9),
  ]

  /// Three significant digits, without zeros at the end: `850 ns`, `9 µs`, `629 ms`, `2.5 s`, `3600 s`.
  package static func text(_ nanoseconds: Int64) -> String {
    let size = Double(nanoseconds.magnitude)
    // What would read 1000 in a unit is 1 in the next.
    let unit = units.last { size >= $0.nanoseconds * 0.9995 } ?? units[0]
    let value = size / unit.nanoseconds
    let scale = value < 9.995 ? 100 : value < 99.95 ? 10 : 1
    let scaled = Int64((value * Double(scale)).rounded())
    var text = "\(scaled / Int64(scale))"
    var rest = Int(scaled) % scale
    if rest > 0 {
      var digits = scale == 100 ? 2 : 1
      if rest % 10 == 0, digits == 2 { (rest, digits) = (rest / 10, 1) }
      let written = "\(rest)"
      text += "." + String(repeating: "0", count: digits - written.count) + written
    }
    return (nanoseconds < 0 ? "−" : "") + text + " " + unit.name
  }
}
