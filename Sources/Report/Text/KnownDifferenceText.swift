// What became of a known difference, as people read it: what was compared, each regime, and the verdict.

internal import Results
internal import Statistics

extension KnownDifferenceResult {
  package var text: String {
    let blocks: [(label: String, pieces: [String])] = [
      ("ctxchain", [toolVersion, "started \(startedAt)", "seed \(seed)"]),
      (
        "compared",
        [
          "chains of \(depth) without a context, of which one does more counted work", "placement \(placement)",
          "\(rounds) rounds, trials of \(NumberText.time(seconds: trialSeconds))",
        ]
      ),
      ("notes", notes),
    ]
    let lines = blocks.filter { !$0.pieces.isEmpty }.flatMap { TextTable.wrapped(label: $0.label, pieces: $0.pieces) }
    return (lines + [""] + table + [found]).joined(separator: "\n") + "\n"
  }

  private var measured: [Regime] { regimes.filter { !$0.runs.isEmpty } }

  private var table: [String] {
    guard !measured.isEmpty else { return [] }
    let header = [
      "in flight", "iterations", "known", "found", "seen", "half an interval", "9 of 10 find", "one took",
    ].map { (title: $0, unit: "") }
    let rows = measured.map { regime in
      let seen = Spread(regime.runs.map { $0.ratio - 1 })!
      let width = Spread.median(regime.runs.map { ($0.high - $0.low) / 2 })!
      return [
        "\(regime.inFlight)", "\(regime.iterations) + \(regime.addedIterations)", percent(regime.known),
        "\(regime.foundCount) of \(regime.runs.count)",
        "\(percent(seen.median)) (\(NumberText.percent(seen.min))…\(NumberText.percent(seen.max)))", percent(width),
        regime.smallestFound.map(percent) ?? "–",
        NumberText.time(seconds: Spread.median(regime.runs.map(\.seconds))!),
      ]
    }
    return TextTable.lines(header, rows, leftCount: 0) + [""]
  }

  private func percent(_ share: Double) -> String { NumberText.percent(share) + " %" }

  /// The last line.
  private var found: String {
    let counts = measured.map { "\($0.foundCount) of \($0.runs.count) comparisons with \($0.inFlight) in flight" }
    guard !counts.isEmpty else { return "Found nothing: no comparison was made." }
    let known = "a hop is \(percent(difference)) dearer, and"
    let all = counts.joined(separator: " and ") + " call it a difference"
    return switch verdict {
    case .passed: "Passed: \(known) \(all)."
    case .failed: "FAILED: \(known) only \(all); \(Self.needed(of: runsPlanned)) must."
    case .incomplete: "Incomplete: \(known) \(all)."
    }
  }
}
