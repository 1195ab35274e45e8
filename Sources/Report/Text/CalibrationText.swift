// A calibration as people read it: what was compared, how far the pairs lie apart, how many differ, and the verdict.

internal import Results
internal import Statistics

extension CalibrationResult {
  package var text: String {
    var blocks: [(label: String, pieces: [String])] = [
      ("ctxchain", [toolVersion, "started \(startedAt)", "seed \(seed)"]),
      (
        "pairs",
        [
          "\(pairs.count) of \(pairsPlanned), at most \(pairsPerBatch) at once",
          "each two process sets of a baseline chain of \(depth)", "placement \(placement)", "\(inFlight) in flight",
          "\(roundsPerPair) rounds, trials of \(NumberText.time(seconds: trialSeconds))",
        ]
      ),
    ]
    blocks.append(("CPU per hop", scatter(\.cpuPerHop)))
    blocks.append(("throughput", scatter(\.throughput)))
    blocks.append(("notes", notes))
    let lines = blocks.filter { !$0.pieces.isEmpty }.flatMap {
      TextTable.wrapped(label: $0.label, pieces: $0.pieces)
    }
    return (lines + ["", found]).joined(separator: "\n") + "\n"
  }

  /// Empty without pairs.
  private func scatter(_ effect: (Pair) -> Effect) -> [String] {
    func percent(_ ratio: Double) -> String { NumberText.percent(ratio) + " %" }
    let effects = pairs.map(effect)
    guard let width = Spread.median(effects.map { ($0.high - $0.low) / 2 }),
      let distance = Spread(effects.map { $0.ratio - 1 })
    else { return [] }
    return [
      "differs within a pair by \(percent(distance.median)) in the median "
        + "(\(percent(distance.min))…\(percent(distance.max)))",
      "half an interval is \(percent(width)) wide in the median",
    ]
  }

  /// The last line.
  private var found: String {
    guard !pairs.isEmpty else { return "Found nothing: no pair was measured." }
    func share(_ count: Int) -> String { "\(count) (\(NumberText.percent(Double(count) / Double(pairs.count))) %)" }
    let counts =
      "of \(pairs.count) pairs of the same \(share(differingInCpuCount)) differ in CPU per hop and "
      + "\(share(differingInThroughputCount)) in throughput; by chance at most \(allowedCount) may in either, "
      + "with \(NumberText.percent(Self.confidence)) % confidence."
    return switch verdict {
    case .passed: "Passed: \(counts)"
    case .failed: "FAILED: \(counts) What this machine calls a difference may be none."
    case .incomplete: "Incomplete: \(counts)"
    }
  }
}
