// Durations as arguments: a number and its unit.

internal import ArgumentParser

/// Seconds, from `250ms`, `2s`, `1.5m`, `80us`.
struct Seconds: ExpressibleByArgument {
  let value: Double

  init(_ value: Double) { self.value = value }

  init?(argument: String) {
    let units: [(String, Double)] = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60)]
    for (unit, factor) in units where argument.hasSuffix(unit) {
      guard let number = Double(argument.dropLast(unit.count)), number.isFinite, number >= 0 else { continue }
      value = number * factor
      return
    }
    return nil
  }

  var defaultValueDescription: String { value < 1 ? "\(Int(value * 1000))ms" : "\(Int(value))s" }
}
