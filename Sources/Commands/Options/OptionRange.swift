// The ranges of options: a value outside of its own is one line that names the option, the range and the value.

internal import ArgumentParser

enum OptionRange {
  static func check(_ option: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
    guard let value, !range.contains(value) else { return }
    throw ValidationError("\(option): expected \(range.lowerBound) to \(range.upperBound), got \(value)")
  }

  static func check(_ option: String, _ duration: Seconds, _ range: ClosedRange<Double>) throws {
    guard !range.contains(duration.value) else { return }
    let bounds = [range.lowerBound, range.upperBound].map { $0 == 0 ? "0s" : Seconds.text($0) }
    throw ValidationError("\(option): expected \(bounds[0]) to \(bounds[1]), got \(duration.text)")
  }

  static func check(_ option: String, _ value: String?, oneOf names: [String]) throws {
    guard let value, !names.contains(value) else { return }
    let expected = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    throw ValidationError("\(option): expected \(expected), got \"\(value)\"")
  }

  /// Requests per second.
  static func check(_ option: String, rate: Double?) throws {
    guard let rate, !(0.1...1e7).contains(rate) else { return }
    throw ValidationError("\(option): expected 0.1 to 10000000 requests per second, got \(rate)")
  }

  /// Of what `chain`, `run` and `load` have in common.
  static let timeout = 1e-6...3600.0
  static let drain = 0.0...3600.0
  static let arrivals = ["poisson", "uniform"]
}
