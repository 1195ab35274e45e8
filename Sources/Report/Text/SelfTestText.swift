// The self-tests as text for people: per test what theory says, what was seen, and a verdict.

package import Results

package enum SelfTestText {
  package static func render(_ result: SelfTestResult) -> String {
    var lines = ["ctxchain \(result.toolVersion), started \(result.startedAt), seed \(result.seed)"]
    if !result.isOptimised { lines.append("built without optimisation: ceiling and floor say nothing") }
    if result.interrupted { lines.append("interrupted: only what was measured until then is here") }
    for test in result.tests { lines += [""] + block(test) }
    lines += ["", summary(result)]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The attempt that passed, or the last.
  private static func block(_ outcome: SelfTestOutcome) -> [String] {
    guard let attempt = outcome.attempts.last else { return [] }
    let count = outcome.attempts.count
    let title =
      "\(outcome.name): \(outcome.verdict.rawValue)\(count > 1 ? " at attempt \(count)" : ""); \(outcome.test.claim)"
    let header = ["figure", "expected", "±", "found", "verdict"].map { (title: $0, unit: "") }
    let rows = attempt.figures.map { figure in
      [
        figure.name, text(figure.expected, figure.unit), text(figure.tolerance, figure.unit),
        text(figure.found, figure.unit), figure.expected == nil ? "" : figure.isWithin ? "yes" : "NO",
      ]
    }
    let disturbed = outcome.verdict == .passed ? [] : attempt.disturbances.map { "disturbed: " + $0 }
    return [title] + TextTable.lines(header, rows, leftCount: 1) + disturbed
  }

  /// Times in µs, or in ms from 10 of them on.
  private static func text(_ value: Double?, _ unit: String) -> String {
    guard let value else { return NumberText.missing }
    let sign = value < 0 ? "−" : ""
    switch unit {
    case "ns":
      let isLong = abs(value) >= 10_000_000
      return sign + NumberText.short(abs(value) / (isLong ? 1_000_000 : 1_000)) + (isLong ? " ms" : " µs")
    case "": return sign + NumberText.count(abs(value))
    default: return sign + NumberText.count(abs(value)) + " " + unit
    }
  }

  private static func summary(_ result: SelfTestResult) -> String {
    let failed = result.tests.filter { $0.verdict != .passed }
    if failed.isEmpty { return result.interrupted ? "interrupted" : "All passed." }
    return "Not passed: " + failed.map { "\($0.name) (\($0.verdict.rawValue))" }.joined(separator: ", ") + "."
  }
}
