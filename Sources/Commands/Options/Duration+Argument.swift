// Durations as arguments: a number and its unit.

internal import ArgumentParser

/// Seconds, from `250ms`, `2s`, `1.5m`, `24h`, `80us`.
struct Seconds: OptionValue, CustomStringConvertible {
  static let expected = "a duration such as 250ms, 2s or 1.5m; units: \(units.map(\.name).joined(separator: ", "))"

  private static let units: [(name: String, seconds: Double)] = [
    ("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600),
  ]

  /// Finite and not negative.
  let value: Double
  /// As it was given.
  let text: String

  init(_ value: Double) {
    self.value = value
    text = Seconds.text(value)
  }

  init?(argument: String) {
    for unit in Seconds.units where argument.hasSuffix(unit.name) {
      guard let number = Double(argument.dropLast(unit.name.count)), number.isFinite, number >= 0,
        (number * unit.seconds).isFinite
      else { continue }
      value = number * unit.seconds
      text = argument
      return
    }
    return nil
  }

  var description: String { text }

  /// In the largest unit of which it is a whole number: `85s`, `24h`.
  static func text(_ value: Double) -> String {
    for unit in units.reversed() {
      let number = (value / unit.seconds).rounded()
      if number >= 1, number < 1e6, abs(number * unit.seconds - value) < value * 1e-9 {
        return "\(Int(number))\(unit.name)"
      }
    }
    return "\(value)s"
  }
}
