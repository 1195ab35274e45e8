// Numbers as a table shows them. What is missing is a dash; a minus is a minus sign.

package import Statistics

package enum NumberText {
  package static let missing = "–"

  /// With so many digits after the point, rounded half away from zero; never a negative zero.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 0x1p62 else { return value < 0 ? "−∞" : "∞" }
    let digits = String(UInt64(scaled))
    let sign = value < 0 && scaled > 0 ? "−" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// Three significant digits, at most six characters and a sign: `0.12`, `12.3`, `123456`, `1.23M`.
  package static func short(_ value: Double?) -> String {
    guard let value else { return missing }
    let size = abs(value)
    if size >= 999_999_500 { return fixed(value / 1e9, size >= 99.5e9 ? 0 : 2) + "G" }
    if size >= 999_999.5 { return fixed(value / 1e6, size >= 99.5e6 ? 0 : 2) + "M" }
    return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 || size == 0 ? 2 : 3)
  }

  /// Rounded to a whole number below a million.
  package static func whole(_ value: Double?) -> String {
    guard let value, abs(value) < 999_999.5 else { return short(value) }
    return fixed(value, 0)
  }

  /// Nanoseconds as µs.
  package static func microseconds(_ nanoseconds: Double?) -> String { short(nanoseconds.map { $0 / 1_000 }) }
  package static func microseconds(_ nanoseconds: Int64?) -> String { microseconds(nanoseconds.map { Double($0) }) }

  /// Nanoseconds in the unit that fits them, with it: `629 ms`.
  package static func time(_ nanoseconds: Int64?) -> String { nanoseconds.map(DurationText.text) ?? missing }
  package static func time(seconds: Double) -> String { DurationText.text(Int64((seconds * 1e9).rounded())) }

  /// As a column of µs has it: `≥12.3` of a lower bound.
  package static func microseconds(_ nanoseconds: Int64?, isLowerBound: Bool) -> String {
    (isLowerBound ? "≥" : "") + microseconds(nanoseconds)
  }

  /// Bytes or items: without digits after the point when they are whole.
  package static func count(_ value: Double?) -> String {
    guard let value, value == value.rounded(), abs(value) < 999_999.5 else { return short(value) }
    return fixed(value, 0)
  }

  /// A difference of counts, with its sign: `+3`, `−0.25`, `0`.
  package static func signed(_ value: Double?) -> String {
    let text = count(value)
    return (value ?? 0) > 0 ? "+" + text : text
  }

  /// A size with its unit: `512 B`, `12.3 KiB`, `1.00 MiB`.
  package static func bytes(_ size: UInt64) -> String {
    var value = Double(size)
    for unit in ["B", "KiB", "MiB"] {
      if value < 1024 { return (unit == "B" ? "\(size)" : short(value)) + " " + unit }
      value /= 1024
    }
    return short(value) + " GiB"
  }

  /// A ratio in percent, without the sign `%`: one digit after the point below 10.
  package static func percent(_ ratio: Double?) -> String {
    guard let ratio else { return missing }
    let percent = max(-999, min(999, ratio * 100))
    return fixed(percent, abs(percent) >= 9.95 ? 0 : 1)
  }

  /// `78` of a hundred, and `100` only for all of it.
  package static func share(_ ratio: Double?) -> String {
    guard let ratio, ratio < 1 else { return percent(ratio) }
    guard ratio > 0 else { return "0" }
    return percent(min(ratio, 0.999)) == "100" ? "99.9" : percent(ratio)
  }

  /// `a, b and c`.
  package static func list(_ names: [String]) -> String {
    names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
  }

  /// `1 trial`, `2 trials`.
  package static func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// Ratios of several percentiles in one cell: `2.0/2.1/4.7×`.
  package static func growth(_ ratios: [Double?]) -> String {
    guard ratios.contains(where: { $0 != nil }) else { return missing }
    return ratios.map { ratio in
      guard let ratio else { return missing }
      return ratio < 9.95 ? fixed(ratio, 1) : ratio < 999.5 ? fixed(ratio, 0) : ">999"
    }.joined(separator: "/") + "×"
  }

  /// The median and half of `range` in percent of it: `12.3 ±4%`. Just the value when there was one round.
  package static func plusMinus(_ value: MedianInterval?, _ text: (Double?) -> String) -> String {
    plusMinus(value?.median, (value?.count ?? 0) > 1 ? value?.range : nil, text)
  }

  /// A value with half of its band.
  package static func plusMinus(
    _ value: Double?, _ band: ClosedRange<Double>?, _ text: (Double?) -> String
  ) -> String {
    guard let value, let band, let share = Statistics.ratio((band.upperBound - band.lowerBound) / 2, value) else {
      return text(value)
    }
    return text(value) + " ±\(fixed(min(999, share * 100), 0))%"
  }

  /// The median and `range`: `12.3 (11.9…12.8)`. Just the value when there was one round.
  package static func withRange(
    _ value: MedianInterval?, unit: String = "", _ text: (Double?) -> String
  ) -> String {
    guard let value else { return missing }
    return value.count > 1 ? withRange(value.median, value.range, unit: unit, text) : text(value.median) + unit
  }

  /// A value with its interval.
  package static func withRange(
    _ value: Double, _ interval: ClosedRange<Double>, unit: String, _ text: (Double?) -> String
  ) -> String {
    text(value) + unit + " (\(text(interval.lowerBound))…\(text(interval.upperBound)))"
  }
}
