// Where the open loop asked for more than an arm could do, so that its percentiles tell of the queue and not of the arm.

internal import Results
internal import Statistics

struct Saturation {
  private struct Place: Hashable {
    let arm: String
    let depth: Int
  }

  private let places: Set<Place>

  init(_ result: RunResult) {
    var counts: [Place: (due: Double, late: Double)] = [:]
    for trial in result.trials where trial.phase == .open && !trial.superseded {
      let ledger = trial.ledger
      let late = Double(ledger.timedOut) + Double(ledger.shed) + Double(ledger.censored)
      let count = counts[Place(arm: trial.arm, depth: trial.depth), default: (0, 0)]
      counts[Place(arm: trial.arm, depth: trial.depth)] = (count.due + Double(ledger.planned), count.late + late)
    }
    places = Set(counts.filter { $0.value.late > (1 - ValidityVerdict.achievedRatioSuspectBelow) * $0.value.due }.keys)
  }

  /// More of what was due there was given up, refused or unfinished than a trial may have without being suspect.
  func has(_ arm: String, depth: Int) -> Bool { places.contains(Place(arm: arm, depth: depth)) }
}
