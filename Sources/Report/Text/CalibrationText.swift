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
          "\(roundsPerPair) rounds, trials of \(NumberText.short(trialSeconds)) s",
        ]
      ),
    ]
    if let scatter { blocks.append(("scatter", scatter)) }
    blocks.append(("notes", notes))
    let lines = blocks.filter { !$0.pieces.isEmpty }.flatMap {
      TextTable.wrapped(label: $0.label, pieces: $0.pieces)
    }
    return (lines + ["", found]).joined(separator: "\n") + "\n"
  }

  /// nil without pairs.
  private var scatter: [String]? {
    func percent(_ ratio: Double) -> String { NumberText.percent(ratio) + " %" }
    guard let width = Spread.median(pairs.map { ($0.high - $0.low) / 2 }),
      let effect = Spread(pairs.map { $0.effect - 1 })
    else { return nil }
    return [
      "CPU per request differs within a pair by \(percent(effect.median)) in the median "
        + "(\(percent(effect.min))…\(percent(effect.max)))",
      "half an interval is \(percent(width)) wide in the median",
    ]
  }

  /// The last line.
  private var found: String {
    guard !pairs.isEmpty else { return "Found nothing: no pair was measured." }
    let share = NumberText.percent(Double(differingCount) / Double(pairs.count))
    let counts =
      "\(differingCount) of \(pairs.count) pairs of the same differ (\(share) %); by chance at most \(allowedCount) may, "
      + "with \(NumberText.percent(Self.confidence)) % confidence."
    return switch verdict {
    case .passed: "Passed: \(counts)"
    case .failed: "FAILED: \(counts) What this machine calls a difference may be none."
    case .incomplete: "Incomplete: \(counts)"
    }
  }
}
