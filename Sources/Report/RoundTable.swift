// The slots of a run, found by arm, depth, phase and round. It knows no strategy and no meaning of a depth.

internal import Statistics

/// Several slots of one arm, depth, phase and round count as one long slot. Superseded slots and pilots are left out.
struct RoundTable {
  /// What is compared between arms and depths; nil where a slot has no such value.
  enum Metric {
    /// Completed requests per second.
    case throughput
    /// Nanoseconds of all nodes / deliveries.
    case cpuPerHop
    /// Nanoseconds of all nodes / completed client requests.
    case cpuPerRequest
  }

  private struct Key: Hashable {
    let arm: String
    let depth: Int
    let phase: Slot.Phase
    let round: Int
  }

  private struct Cell {
    var completed = 0.0
    var windowSeconds = 0.0
    var nodeCpuNanoseconds = 0.0
    var deliveries = 0.0
    /// Of the only slot, so that it comes out as it was measured.
    var onlyThroughput: Double?

    func value(_ metric: Metric) -> Double? {
      switch metric {
      case .throughput: onlyThroughput ?? ratio(completed, windowSeconds)
      case .cpuPerHop: ratio(nodeCpuNanoseconds, deliveries)
      case .cpuPerRequest: deliveries > 0 ? ratio(nodeCpuNanoseconds, completed) : nil
      }
    }
  }

  /// Rounds that have a slot, ascending.
  let rounds: [Int]
  private var cells: [Key: Cell] = [:]

  init(_ slots: [Slot]) {
    let used = slots.filter { !$0.superseded && $0.phase != .pilot }
    rounds = Set(used.map(\.round)).sorted()
    for slot in used {
      let seconds = Double(slot.windowNanoseconds) / 1e9
      let key = Key(arm: slot.arm, depth: slot.depth, phase: slot.phase, round: slot.round)
      var cell = cells[key] ?? Cell()
      cell.onlyThroughput = cell.windowSeconds == 0 && seconds > 0 ? slot.throughput : nil
      cell.completed += slot.throughput * seconds
      cell.windowSeconds += seconds
      cell.nodeCpuNanoseconds += Double(slot.nodeCpuNanoseconds)
      cell.deliveries += Double(slot.deliveries)
      cells[key] = cell
    }
  }

  func value(_ metric: Metric, arm: String, depth: Int, phase: Slot.Phase, round: Int) -> Double? {
    cells[Key(arm: arm, depth: depth, phase: phase, round: round)]?.value(metric)
  }

  /// Depths at which the arm has slots of this phase, ascending.
  func depths(arm: String, phase: Slot.Phase) -> [Int] {
    Set(cells.keys.filter { $0.arm == arm && $0.phase == phase }.map(\.depth)).sorted()
  }

  /// One value per round that has it, from closed-loop slots.
  func values(_ metric: Metric, arm: String, depth: Int) -> [Double] {
    rounds.compactMap { value(metric, arm: arm, depth: depth, phase: .closed, round: $0) }
  }

  /// The rounds in which both sides have a value, from closed-loop slots.
  func pairs(
    _ metric: Metric, arm: String, depth: Int, against reference: (arm: String, depth: Int)
  ) -> [(reference: Double, value: Double)] {
    rounds.compactMap { round in
      guard
        let left = value(metric, arm: reference.arm, depth: reference.depth, phase: .closed, round: round),
        let right = value(metric, arm: arm, depth: depth, phase: .closed, round: round)
      else { return nil }
      return (left, right)
    }
  }
}

/// nil when the divisor is not above 0 or the result not finite.
func ratio(_ value: Double, _ divisor: Double) -> Double? {
  guard divisor > 0 else { return nil }
  let result = value / divisor
  return result.isFinite ? result : nil
}
