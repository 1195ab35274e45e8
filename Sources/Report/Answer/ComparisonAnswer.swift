// What a comparison says, in the order in which a reader asks; the screen and the page show the same. It knows no form of
// output.

internal import Results
internal import Statistics

struct ComparisonAnswer {
  struct Entry {
    let comparison: ArmComparison
    let metric: MetricComparison
  }

  let result: ComparisonDocument

  init(_ result: ComparisonDocument) { self.result = result }

  var isOfOneArm: Bool { result.comparisons.count == 1 }

  var setting: String {
    guard let run = result.run else { return "B against A, results of two runs" }
    let settings = run.settings
    return
      "B against A, \(settings.rounds) of \(NumberText.plural(settings.roundsPlanned, "round")), seed \(run.seed), "
      + run.startedAt
  }

  /// Who A and B are; of several arms of two files the files alone.
  var sides: [(label: String, text: String)] {
    guard let first = result.comparisons.first else { return [] }
    return [("A", first.a), ("B", first.b)].map { letter, arm in
      if result.comparisons.count > 1 { return (letter, arm.file ?? arm.name) }
      let program = arm.program.map { ", run by \($0)" } ?? ""
      let file = arm.file.map { ", from \($0)" } ?? ""
      return (
        letter,
        "\(arm.name(without: letter)), depth \(arm.depth) of \(NumberText.plural(arm.services, "service")), \(arm.inFlight) in flight, "
          + "placement \(arm.placement)\(program)\(file)"
      )
    }
  }

  /// Of several arms only what may be claimed, and of which others that is nothing.
  var findings: [String] {
    guard result.comparisons.count > 1 else { return [result.finding] }
    var silent: [String] = []
    let claims = result.comparisons.compactMap { comparison -> String? in
      let claims = Self.toldMetrics.compactMap { comparison[$0] }.filter(\.verdict.isClaim).map(ComparisonFinding.claim)
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

  private var rounds: Int { result.comparisons.map(\.rounds).max() ?? 0 }

  var trust: RunAnswer.Trust {
    // Of two runs one warning is always there.
    let isDoubtful = result.warnings.count > (result.isOneRun ? 0 : 1)
    let isLow = !result.isOneRun || rounds < SignTest.roundCountMin
    return rounds == 0 ? .nothingMeasured : isDoubtful ? .suspect : isLow ? .low : .ok
  }

  /// How far it may be believed, each a sentence.
  var doubts: [String] {
    let trials = (result.run?.trials ?? []).filter { !$0.superseded && $0.phase != .pilot }
    let noise = result.isOneRun ? ["Noise is by how much A differs from itself, measured twice."] : []
    return result.warnings + RunAnswer.disturbances(trials) + noise + (result.run?.notes ?? [])
  }

  /// What was timed.
  var entries: [Entry] {
    result.comparisons.flatMap { comparison in
      comparison.timed.filter { isOfOneArm || Self.toldMetrics.contains($0.metric) }
        .map { Entry(comparison: comparison, metric: $0) }
    }
  }

  /// That which has a name is left out first.
  var columns: [Column<Entry>] {
    func value(_ value: Double?, _ metric: MetricComparison) -> Cell {
      metric.isTime ? .microseconds(value) : .number(value, NumberText.whole)
    }
    let arm: [Column<Entry>] = isOfOneArm ? [] : [Column("", "arm") { .text($0.comparison.b.name) }]
    return arm + [
      Column("", "metric") { .text($0.metric.metric.rawValue) },
      Column("", "unit") { .text($0.metric.shownUnit) },
      Column("", "A") { value($0.metric.a, $0.metric) }, Column("", "B") { value($0.metric.b, $0.metric) },
      Column("", "B/A") { .text($0.metric.ratioText) },
      Column("", "95 %") { .text($0.metric.intervalText) },
      Column("noise", "noise ±%") { .number($0.metric.noise.map { $0 - 1 }, NumberText.percent) },
      Column("", "verdict") { .text($0.metric.verdict.word) },
    ]
  }

  /// What was counted; of several arms nothing.
  var counts: [String] {
    guard isOfOneArm else { return [] }
    let counted = result.comparisons[0].counted
    guard !counted.isEmpty else { return [] }
    let texts = counted.map { metric in
      let words = "\(metric.metric.words) \(NumberText.count(metric.a))"
      return metric.verdict == .equal ? words + " in both" : words + " → \(NumberText.count(metric.b))"
    }
    return ["per request, A → B: " + texts.joined(separator: ", ")]
  }

  var gates: [String] { result.gates.map(ComparisonText.gate) }
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
