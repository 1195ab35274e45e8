// Three figures of decay against the limits that the field uses for them.

internal import Results
internal import Statistics

struct ThresholdFigures {
  enum Criterion: CaseIterable {
    case throughputDrop, p99Growth, allocationGrowth

    /// Above it the field calls the decay too much.
    var threshold: Double {
      switch self {
      case .throughputDrop: 0.15
      case .p99Growth: 2.5
      case .allocationGrowth: 4.5
      }
    }

    var title: String {
      switch self {
      case .throughputDrop: "Throughput drop against the baseline"
      case .p99Growth: "P99 relative to depth 1"
      case .allocationGrowth: "Growth of allocations per hop since depth 1"
      }
    }

    var thresholdText: String {
      self == .throughputDrop ? NumberText.percent(threshold) + " %" : NumberText.fixed(threshold, 1) + "×"
    }

    func text(_ value: Double) -> String {
      self == .throughputDrop ? NumberText.percent(value) + " %" : NumberText.growth([value])
    }
  }

  struct Point: Equatable {
    let depth: Int
    /// A ratio, not yet divided by the threshold.
    let value: Double
  }

  let summary: RunSummary
  let decay: DecayFigures
  let attribution: Attribution

  /// The arm's points by ascending depth. The baseline has no drop: it is what the others are held against.
  func points(_ criterion: Criterion, arm: RunSummary.ArmSummary) -> [Point] {
    arm.rows.compactMap { row in
      value(criterion, arm: arm, row: row).map { Point(depth: row.depth, value: $0) }
    }
  }

  private func value(_ criterion: Criterion, arm: RunSummary.ArmSummary, row: RunSummary.Row) -> Double? {
    switch criterion {
    case .throughputDrop: return row.dropAgainstBaseline?.median
    case .p99Growth:
      if row.depth == 1 { return row.p99 == nil ? nil : 1 }
      return row.p99Growth
    case .allocationGrowth:
      let name = arm.arm.name
      guard
        let first = decay.counts(arm: name, depth: 1)?.allocationsPerHop,
        let here = decay.counts(arm: name, depth: row.depth)?.allocationsPerHop
      else { return nil }
      return first == here ? 1 : ratio(here, first)
    }
  }

  /// A sentence per threshold that a strategy is above at its largest depth.
  var breaches: [String] {
    summary.arms.filter { $0.arm.controlOf == nil }.flatMap { arm in
      Criterion.allCases.compactMap { criterion in
        guard let last = points(criterion, arm: arm).last, last.value > criterion.threshold else { return nil }
        return sentence(criterion, arm: arm, last: last)
      }
    }
  }

  private func sentence(_ criterion: Criterion, arm: RunSummary.ArmSummary, last: Point) -> String {
    let name = arm.arm.name
    let value = criterion.text(last.value)
    let limit = "the threshold is \(criterion.thresholdText)"
    switch criterion {
    case .throughputDrop:
      let verdict = arm.row(depth: last.depth)?.throughputComparison?.verdict
      let doubt =
        switch verdict {
        case .difference, .indicated: ""
        case .noDifferenceSeen: ", though no difference was seen beyond the noise"
        case .rangeOnly, .tooFew, nil: ", from too few rounds to claim it"
        }
      return
        "\(name) completes \(value) fewer requests than the baseline at depth \(last.depth)\(doubt); \(limit).\(stage(arm))"
    case .p99Growth:
      return "The P99 of \(name) grows to \(value) from depth 1 to \(last.depth)\(baselineGrowth(arm, last)); \(limit)."
        + stage(arm)
    case .allocationGrowth:
      return "The allocations per hop of \(name) grow to \(value) from depth 1 to \(last.depth); \(limit)."
        + stage(arm)
    }
  }

  /// Which part of a hop the strategy makes longest; nothing where no stages were clocked.
  private func stage(_ arm: RunSummary.ArmSummary) -> String {
    guard let row = attribution.row(arm: arm.arm.name), let added = row.added, let most = row.grewMost else {
      return ""
    }
    if let noise = attribution.noise, added.whole <= noise {
      return " What it adds to a hop with one request under way is not more than noise."
    }
    let part = NumberText.microseconds(most.nanoseconds)
    return
      " What grew most of its hop is \(most.part.title): +\(part) µs of +\(NumberText.microseconds(added.whole)) µs, "
      + "one request under way."
  }

  /// How much of the growth is not the context's doing.
  private func baselineGrowth(_ arm: RunSummary.ArmSummary, _ last: Point) -> String {
    guard
      let reference = arm.reference, let baseline = summary.arm(named: reference),
      let growth = baseline.row(depth: last.depth)?.p99Growth
    else { return "" }
    let own = NumberText.growth([growth])
    return last.value <= growth
      ? ", no more than that of \(baseline.arm.name), which carries no context (\(own))"
      : ", that of \(baseline.arm.name), which carries no context, to \(own)"
  }
}
