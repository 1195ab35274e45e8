// Words and numbers of a comparison that its screen, its page and its tables write the same.

internal import Results

extension ArmComparison {
  /// What was timed and measured on both sides.
  var timed: [MetricComparison] { metrics.filter { !$0.metric.isExact && $0.verdict != .notMeasured } }

  /// What was counted.
  var counted: [MetricComparison] { metrics.filter { $0.metric.isExact && $0.verdict != .notMeasured } }
}

extension ComparedArm {
  /// In a run that measured both sides the letter of the side is a part of the name.
  func name(without letter: String) -> String {
    name.hasPrefix(letter + " ") ? String(name.dropFirst(letter.count + 1)) : name
  }
}

extension MetricComparison {
  var isTime: Bool { unit == "ns" }
  var shownUnit: String { isTime ? "µs" : unit }
  var ratioText: String { ratio.map { NumberText.fixed($0, 3) } ?? NumberText.missing }
  var intervalText: String? { interval.map { "\(NumberText.fixed($0.low, 3))…\(NumberText.fixed($0.high, 3))" } }
}
