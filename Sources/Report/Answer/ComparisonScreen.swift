// A comparison on one screen: what was found, how far it may be trusted, a line per metric. The whole tables are
// `ComparisonText`.

package import Results
internal import Statistics

package enum ComparisonScreen {
  private struct Entry {
    let comparison: ArmComparison
    let metric: MetricComparison
  }

  /// - Parameter width: of the screen.
  package static func render(_ result: ComparisonDocument, width: Int = Screen.widths.upperBound) -> String {
    let screen = Screen(width: width)
    let entries = entries(result)
    return Screen.text((0...entries.count).reversed().lazy.map { lines(result, screen, entries, countMax: $0) })
  }

  private static func lines(
    _ result: ComparisonDocument, _ screen: Screen, _ entries: [Entry], countMax: Int
  ) -> [String] {
    var lines = screen.words("ctxchain", [result.toolVersion + ": " + setting(result)])
    lines += sides(result).flatMap { screen.words($0.label, [$0.text]) } + screen.words("RESULT", findings(result))
    lines += screen.words("TRUST", trust(result))
    let isOfOneArm = result.comparisons.count == 1
    lines += screen.table { step in
      let columns = columns(isOfOneArm: isOfOneArm).filter { $0.name.isEmpty || step < 1 }
      var table = ReportTable(title: "", columns, Array(entries.prefix(countMax)))
      if entries.count > countMax {
        table?.notes.append("\(NumberText.plural(entries.count - countMax, "more line")): ctxchain show --tables")
      }
      return table
    }
    lines += [""] + (isOfOneArm ? screen.words("COUNTS", counts(result.comparisons[0])) : [])
    lines += result.gates.flatMap { screen.words("GATE", [ComparisonText.gate($0)]) }
    let pages = [("ctxchain report", "the page"), ("ctxchain show --tables", "all tables")]
    return lines + screen.steps("NEXT", pages)
  }

  private static func setting(_ result: ComparisonDocument) -> String {
    guard let run = result.run else { return "B against A, results of two runs" }
    let settings = run.settings
    return
      "B against A, \(settings.rounds) of \(NumberText.plural(settings.roundsPlanned, "round")), seed \(run.seed), "
      + run.startedAt
  }

  /// Who A and B are; of several arms of two files the files alone.
  private static func sides(_ result: ComparisonDocument) -> [(label: String, text: String)] {
    guard let first = result.comparisons.first else { return [] }
    return [("A", first.a), ("B", first.b)].map { letter, arm in
      if result.comparisons.count > 1 { return (letter, arm.file ?? arm.name) }
      let name = arm.name.hasPrefix(letter + " ") ? String(arm.name.dropFirst(2)) : arm.name
      let program = arm.program.map { ", run by \($0)" } ?? ""
      let file = arm.file.map { ", from \($0)" } ?? ""
      return (
        letter,
        "\(name), depth \(arm.depth) of \(NumberText.plural(arm.services, "service")), \(arm.inFlight) in flight, "
          + "placement \(arm.placement)\(program)\(file)"
      )
    }
  }

  /// Of several arms only what may be claimed, and of which others that is nothing.
  private static func findings(_ result: ComparisonDocument) -> [String] {
    guard result.comparisons.count > 1 else { return [result.finding] }
    var silent: [String] = []
    let claims = result.comparisons.compactMap { comparison -> String? in
      let claims = toldMetrics.compactMap { comparison[$0] }.filter(\.verdict.isClaim).map(ComparisonFinding.claim)
      guard !claims.isEmpty else {
        silent.append(comparison.b.name)
        return nil
      }
      return "\(comparison.b.name): " + claims.joined(separator: ", ") + "."
    }
    return claims + (silent.isEmpty ? [] : ["Of \(NumberText.list(silent)) nothing is claimed."])
  }

  /// By which arms are told apart where there are several.
  private static let toldMetrics = [Metric.cpuPerHop, .throughput]

  private static func trust(_ result: ComparisonDocument) -> [String] {
    let trials = (result.run?.trials ?? []).filter { !$0.superseded && $0.phase != .pilot }
    let disturbed = RunAnswer.disturbances(trials)
    let noise = result.isOneRun ? ["Noise is how far A may differ from itself, measured twice."] : []
    let rounds = result.comparisons.map(\.rounds).max() ?? 0
    // Of two runs one warning is always there.
    let isDoubtful = result.warnings.count > (result.isOneRun ? 0 : 1)
    let isLow = !result.isOneRun || rounds < SignTest.roundCountMin
    let grade: RunAnswer.Trust = rounds == 0 ? .nothingMeasured : isDoubtful ? .suspect : isLow ? .low : .ok
    return ["\(grade.rawValue)."] + result.warnings + disturbed + noise + (result.run?.notes ?? [])
  }

  /// What was timed.
  private static func entries(_ result: ComparisonDocument) -> [Entry] {
    result.comparisons.flatMap { comparison in
      comparison.metrics.filter { metric in
        !metric.metric.isExact && metric.verdict != .notMeasured
          && (result.comparisons.count == 1 || toldMetrics.contains(metric.metric))
      }.map { Entry(comparison: comparison, metric: $0) }
    }
  }

  /// That which has a name is left out first.
  private static func columns(isOfOneArm: Bool) -> [Column<Entry>] {
    func value(_ value: Double?, _ metric: MetricComparison) -> Cell {
      metric.unit == "ns" ? .microseconds(value) : .number(value, NumberText.whole)
    }
    let arm: [Column<Entry>] = isOfOneArm ? [] : [Column("", "arm") { .text($0.comparison.b.name) }]
    return arm + [
      Column("", "metric") { .text($0.metric.metric.rawValue) },
      Column("", "unit") { .text($0.metric.unit == "ns" ? "µs" : $0.metric.unit) },
      Column("", "A") { value($0.metric.a, $0.metric) }, Column("", "B") { value($0.metric.b, $0.metric) },
      Column("", "B/A") { .number($0.metric.ratio) { $0.map { NumberText.fixed($0, 3) } ?? NumberText.missing } },
      Column("", "95 %") { entry in
        .text(entry.metric.interval.map { "\(NumberText.fixed($0.low, 3))…\(NumberText.fixed($0.high, 3))" })
      },
      Column("noise", "noise ±%") { .number($0.metric.noise.map { $0 - 1 }, NumberText.percent) },
      Column("", "verdict") { .text($0.metric.verdict.word) },
    ]
  }

  private static func counts(_ comparison: ArmComparison) -> [String] {
    let counted = comparison.metrics.filter { $0.metric.isExact && $0.verdict != .notMeasured }
    guard !counted.isEmpty else { return [] }
    let texts = counted.map { metric in
      let words = "\(metric.metric.words) \(NumberText.count(metric.a))"
      return metric.verdict == .equal ? words + " in both" : words + " → \(NumberText.count(metric.b))"
    }
    return ["per request, A → B: " + texts.joined(separator: ", ")]
  }
}

extension MetricComparison.Verdict {
  /// As tables of arms have it: one word.
  fileprivate var word: String {
    switch self {
    case .noDifferenceSeen: "indistinct"
    case .rangeOnly: "range"
    default: words
    }
  }
}
