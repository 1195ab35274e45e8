// What a comparison found, in words, and no more than what was found.

internal import Results

struct ComparisonFinding {
  let comparisons: [ArmComparison]

  var text: String {
    guard comparisons.contains(where: { $0.rounds > 0 }) else { return "Found nothing: no trial was measured." }
    return "Found " + comparisons.map(text).joined(separator: " Found ")
  }

  private func text(_ comparison: ArmComparison) -> String {
    var timed = comparison.metrics.filter { !$0.metric.isExact }
    // Of a request there is nothing new where its hops are always as many.
    for (metric, same) in [(Metric.cpuPerRequest, Metric.cpuPerHop), (.cpuPerRequestAtOne, .cpuPerHopAtOne)] {
      guard let found = comparison[metric], let other = comparison[same], found.isSame(as: other) else { continue }
      timed.removeAll { $0.metric == metric }
    }
    let counts = comparison.metrics.filter(\.metric.isExact)
    var clauses = timed.filter(\.verdict.isClaim).map(Self.claim)
    clauses += sentence("no difference seen in", timed, [.noDifferenceSeen])
    clauses += sentence("only the range is known of", timed, [.rangeOnly])
    clauses += sentence("n too small for", timed, [.tooFew])
    clauses += sentence("not comparable:", timed, [.notComparable])
    clauses += counts.filter { $0.verdict == .notEqual }.map {
      "\(NumberText.signed($0.difference)) \($0.metric.words)"
    }
    clauses += sentence("equal:", counts, [.equal])
    clauses += sentence("not repeatable:", counts, [.noDifferenceSeen])
    let rounds = NumberText.plural(comparison.rounds, "round")
    let place = "\(comparison.b.name) against \(comparison.a.name)"
    return "in \(rounds), \(place), \(depths(comparison)): " + clauses.joined(separator: "; ") + "."
  }

  private func depths(_ comparison: ArmComparison) -> String {
    let (a, b) = (comparison.a.depth, comparison.b.depth)
    return a == b ? "depth \(a)" : "depth \(b) against \(a)"
  }

  /// `CPU per hop 38 % higher (31…42), difference`.
  static func claim(_ metric: MetricComparison) -> String {
    guard let ratio = metric.ratio else { return metric.metric.words }
    var text = "\(metric.metric.words) "
    if ratio >= 2 {
      text += "\(NumberText.short(ratio)) times as much"
      if let interval = metric.interval {
        text += " (\(NumberText.short(interval.low))…\(NumberText.short(interval.high)))"
      }
    } else {
      let isHigher = ratio >= 1
      func share(_ value: Double) -> String { NumberText.percent(isHigher ? value - 1 : 1 - value) }
      text += "\(share(ratio)) % \(isHigher ? "higher" : "lower")"
      if let interval = metric.interval {
        let ends = isHigher ? [interval.low, interval.high] : [interval.high, interval.low]
        text += " (\(share(ends[0]))…\(share(ends[1])))"
      }
    }
    return text + (metric.verdict == .indicated ? ", indicated" : "")
  }

  private func sentence(
    _ words: String, _ metrics: [MetricComparison], _ verdicts: [MetricComparison.Verdict]
  ) -> [String] {
    let names = metrics.filter { verdicts.contains($0.verdict) }.map(\.metric.words)
    return names.isEmpty ? [] : ["\(words) \(names.joined(separator: ", "))"]
  }
}

extension MetricComparison {
  /// The same ratio by the same rounds, but for rounding.
  fileprivate func isSame(as other: MetricComparison) -> Bool {
    guard let ratio, let otherRatio = other.ratio, let p, let otherP = other.p else { return false }
    return verdict == other.verdict && p == otherP && abs(ratio - otherRatio) <= 1e-9
  }
}
