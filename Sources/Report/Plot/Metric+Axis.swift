// A metric as figures show it: its name on the page, its axis, its values in words.

internal import Results

extension Metric {
  /// Of the element that shows it over depth.
  var figureName: String { "figure-" + rawValue.replacing("_", with: "-") }

  var axisTitle: String {
    let noun =
      switch unit {
      case .nanoseconds, .seconds: "µs"
      case .perSecond: "requests/s"
      case .count: words
      case .bytes: "bytes"
      }
    return facts.per.isEmpty ? noun : "\(noun) per \(facts.per)"
  }

  /// A value beside the axis.
  func axisText(_ value: Double) -> String { AxisText.short(unit.scaled(value)) }

  /// As people read it, with its unit.
  func inWords(_ value: Double) -> String {
    switch unit {
    case .nanoseconds, .seconds: unit.text(value) + " µs"
    case .perSecond: unit.text(value) + "/s"
    case .count: unit.text(value)
    case .bytes: unit.text(value) + " B"
    }
  }
}
