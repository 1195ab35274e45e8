// A condition under which a comparison fails: `cpu_per_hop > 1.05`. It reads and judges; it ends nothing.

package import Results

/// The condition names what must not be: the gate is breached when the effect is beyond the limit and the comparison
/// claims that there is one, and passed when the whole interval is within the limit. Anything else is not judged.
package struct Gate: Equatable, Sendable {
  package enum Relation: String, CaseIterable, Sendable {
    // Longer ones first: `>=` also begins with `>`.
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"

    func holds(_ value: Double, _ limit: Double) -> Bool {
      switch self {
      case .above: value > limit
      case .below: value < limit
      case .atLeast: value >= limit
      case .atMost: value <= limit
      }
    }
  }

  package enum Limit: Equatable, Sendable {
    /// B/A.
    case ratio(Double)
    /// B − A per request, of counts only: written with its sign.
    case difference(Double)
  }

  /// As it was given.
  package let expression: String
  package let metric: Metric
  package let relation: Relation
  package let limit: Limit

  /// METRIC RELATION LIMIT, with or without spaces.
  package init(_ expression: String) throws(GateError) {
    let words = Gate.trimmed(Substring(expression))
    guard let sign = words.firstIndex(where: { $0 == ">" || $0 == "<" }),
      let relation = Relation.allCases.first(where: { words[sign...].hasPrefix($0.rawValue) })
    else { throw GateError(expression, "METRIC > LIMIT, with one of > >= < <=") }
    let name = Gate.trimmed(words[..<sign])
    guard let metric = Metric(rawValue: String(name)) else {
      throw GateError(expression, "a metric, one of \(Metric.names)", got: String(name))
    }
    let number = Gate.trimmed(words[sign...].dropFirst(relation.rawValue.count))
    guard let value = Double(number), value.isFinite, number.first != "." else {
      throw GateError(expression, "a number behind \(relation.rawValue)", got: String(number))
    }
    let isSigned = number.first == "+" || number.first == "-"
    if isSigned, !metric.isExact {
      throw GateError(
        expression, "for \(metric.rawValue) a ratio B/A without a sign, such as 1.05", got: String(number))
    }
    if !isSigned, value <= 0 {
      throw GateError(
        expression, "a ratio B/A above 0, or for counts a signed difference such as +0", got: String(number))
    }
    self.expression = String(words)
    self.metric = metric
    self.relation = relation
    limit = isSigned ? .difference(value) : .ratio(value)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  /// Of one comparison.
  package func judge(_ comparison: ArmComparison) -> GateOutcome {
    func outcome(_ outcome: GateOutcome.Outcome, _ reason: String) -> GateOutcome {
      GateOutcome(
        expression: expression, arm: comparison.b.name, depth: comparison.b.depth, outcome: outcome, reason: reason)
    }
    guard let seen = comparison[metric] else { return outcome(.notJudged, "not measured") }
    if let invalid = seen.invalidTrials, invalid > 0 {
      return outcome(.notJudged, "\(NumberText.plural(invalid, "trial")) invalid")
    }
    let why = [seen.verdict.words, seen.reason].compactMap { $0 }.joined(separator: ": ")
    guard !seen.verdict.isSilent, let value = value(seen) else { return outcome(.notJudged, why) }
    let found = "\(metric.rawValue) \(text(value)), \(why)"
    if relation.holds(value, number), isClaimed(seen) { return outcome(.breached, found) }
    guard let end = worstEnd(seen), relation.holds(end, number) else { return outcome(.passed, found) }
    return outcome(.notJudged, "\(found), but its interval reaches \(NumberText.fixed(end, 3))")
  }

  /// The end of the interval that is nearer to a breach; nil of counts, which have none.
  private func worstEnd(_ seen: MetricComparison) -> Double? {
    switch relation {
    case .above, .atLeast: seen.interval?.high
    case .below, .atMost: seen.interval?.low
    }
  }

  private var number: Double {
    switch limit {
    case .ratio(let value), .difference(let value): value
    }
  }

  /// That counts are equal is known as well as that they are not.
  private func isClaimed(_ seen: MetricComparison) -> Bool { seen.verdict.isClaim || seen.verdict == .equal }

  private func value(_ seen: MetricComparison) -> Double? {
    switch limit {
    case .difference: return seen.verdict == .equal ? 0 : seen.difference
    case .ratio:
      if seen.verdict == .equal { return 1 }
      if let ratio = seen.ratio { return ratio }
      // Of counts: nothing has become something.
      return seen.a == 0 ? .infinity : nil
    }
  }

  private func text(_ value: Double) -> String {
    switch limit {
    case .ratio: value.isFinite ? "B/A \(NumberText.fixed(value, 3))" : "B/A ∞ (A has none)"
    case .difference: "B − A \(NumberText.signed(value))"
    }
  }
}

/// A gate that cannot be read. One line.
package struct GateError: Error, Equatable, CustomStringConvertible {
  package let description: String

  init(_ expression: String, _ expected: String, got: String? = nil) {
    let text = "expected \(expected), got \"\(got ?? expression)\"" + (got == nil ? "" : " in \"\(expression)\"")
    description = text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

extension [GateOutcome] {
  /// 3 when a gate was breached, else 4 when one could not be judged.
  package var exitStatus: Int {
    if contains(where: { $0.outcome == .breached }) { return 3 }
    return contains { $0.outcome == .notJudged } ? 4 : 0
  }

  /// One line for each gate that did not pass.
  package var complaints: [String] {
    compactMap { gate in
      switch gate.outcome {
      case .passed: nil
      case .breached: "gate breached: \(gate.expression): \(gate.arm) at depth \(gate.depth): \(gate.reason)"
      case .notJudged: "gate not judged: \(gate.expression): \(gate.arm) at depth \(gate.depth): \(gate.reason)"
      }
    }
  }
}
