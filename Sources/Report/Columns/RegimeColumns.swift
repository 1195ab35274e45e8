// The columns of the three regimes: many requests under way, one, and an open loop. What an arm costs depends on it, so
// they stand side by side.

internal import Results
internal import Statistics

extension Column where Entry == ArmRow {
  /// How requests come.
  enum Regime {
    case headline, one, open

    fileprivate func figures(_ entry: ArmRow) -> (cpu: MedianInterval?, added: MedianInterval?) {
      switch self {
      case .headline: return (entry.row.cpuPerHop, entry.row.addedCpuPerHop)
      case .one: return (entry.arm.oneInFlight?.cpuPerHop, entry.arm.oneInFlight?.addedCpuPerHop)
      case .open: return (entry.row.openCpuPerHop, entry.row.openAddedCpuPerHop)
      }
    }

    /// Its interval includes 0, or it is no more than what A′ was found to differ from A by.
    fileprivate func isNothing(_ entry: ArmRow) -> Bool {
      let comparison =
        switch self {
        case .headline: entry.row.cpuComparison
        case .one: entry.arm.oneInFlight?.cpuComparison
        case .open: entry.row.openCpuComparison
        }
      guard let added = figures(entry).added, added.interval != nil else { return false }
      return !added.excludes(0) || comparison?.verdict == .noDifferenceSeen
    }

    fileprivate var name: String {
      switch self {
      case .headline: "added_cpu_per_hop_ns"
      case .one: "added_cpu_per_hop_at_1_ns"
      case .open: "added_cpu_per_hop_open_ns"
      }
    }
  }

  /// What an arm adds to a hop; of the baseline what a hop takes.
  static func regime(_ regime: Regime, _ title: String = "") -> Column {
    Column(regime.name, title, "added µs/hop", endings: ["", "_min", "_max"]) { entry in
      let (cpu, added) = regime.figures(entry)
      guard entry.arm.arm.name != entry.decay.summary.baseline else {
        return .text(cpu.map { NumberText.microseconds($0.median) + " is a hop" })
      }
      return .spread(added, NumberText.microseconds, .range)
    }
  }

  /// The median alone where it is more than nothing; nothing of the baseline.
  static func alone(_ regime: Regime, _ title: String, _ narrow: (String, String)) -> Column {
    let whole = Self.regime(regime, title)
    return whole.with(narrow: narrow) { entry in
      guard case .spread(let value, let form, _) = whole.cell(entry) else { return .text(nil) }
      return regime.isNothing(entry) ? .text("≈ 0") : .spread(value, form, .none)
    }
  }

  /// Every regime, with the percentiles of the open loop and their bands over the rounds.
  static func regimes(inFlight: Int) -> [Column] {
    [
      arm, regime(.headline, "\(inFlight) in flight"), regime(.one, "1 in flight"), regime(.open, "open loop"),
      p50.withBand, p99.withBand,
    ]
  }
}
