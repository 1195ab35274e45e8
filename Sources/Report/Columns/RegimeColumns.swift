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

  /// The median alone where its interval excludes 0; nothing of the baseline.
  func alone(_ narrow: (String, String)) -> Column {
    with(narrow: narrow) { entry in
      guard case .spread(let value, let form, _) = cell(entry) else { return .text(nil) }
      let isNothing = value?.interval != nil && value?.excludes(0) == false
      return isNothing ? .text("≈ 0") : .spread(value, form, .none)
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
