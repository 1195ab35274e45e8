// The slots of a run, found by arm, depth, concurrency and round. It knows no strategy and no meaning of a depth.

package import Statistics

/// Several slots of one arm, depth, concurrency and round count as one long slot, so that the round stays what is
/// compared. Superseded slots and pilots are left out. A round has values of `throughput`, `cpuPerHop`, `cpuPerRequest` and
/// `secondsPerRequest` (closed loop), `p50` and `p99` (open loop, of rounds with requests enough, see `PercentileFigure`).
package struct RoundTable {
  private struct Place: Hashable {
    let arm: String
    let depth: Int
    let round: Int
  }

  private struct Key: Hashable {
    let place: Place
    let concurrency: Concurrency
  }

  private struct PhaseKey: Hashable {
    let arm: String
    let phase: Slot.Phase
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
      case .secondsPerRequest: value(.throughput).flatMap { ratio(1, $0) }
      default: nil
      }
    }
  }

  /// Of closed-loop slots where nothing else is said.
  package let headline: Concurrency
  /// Rounds that have a slot, ascending.
  package let rounds: [Int]
  private var cells: [Key: Cell] = [:]
  private var latencies: [Place: LatencySummary] = [:]
  private var phaseDepths: [PhaseKey: Set<Int>] = [:]

  package init(_ result: RunResult) {
    let used = result.slots.filter { !$0.superseded && $0.phase != .pilot }
    headline = Concurrency(inFlight: result.settings.inFlight)
    rounds = Set(used.map(\.round)).sorted()
    for slot in used { add(slot) }
    if let known = result.roundLatencies {
      for latency in known {
        latencies[Place(arm: latency.arm, depth: latency.depth, round: latency.round)] = latency.responseTime
      }
    } else {
      addLatencies(ofSlots: used)
    }
  }

  private mutating func add(_ slot: Slot) {
    let own = Concurrency(
      inFlight: slot.phase == .single ? 1 : slot.inFlight ?? headline.inFlight, connections: slot.connections)
    if slot.phase != .closed || own == headline {
      phaseDepths[PhaseKey(arm: slot.arm, phase: slot.phase), default: []].insert(slot.depth)
    }
    guard slot.phase != .open else { return }
    let seconds = Double(slot.windowNanoseconds) / 1e9
    let key = Key(place: Place(arm: slot.arm, depth: slot.depth, round: slot.round), concurrency: own)
    var cell = cells[key] ?? Cell()
    cell.onlyThroughput = cell.windowSeconds == 0 && seconds > 0 ? slot.throughput : nil
    cell.completed += slot.throughput * seconds
    cell.windowSeconds += seconds
    cell.nodeCpuNanoseconds += Double(slot.nodeCpuNanoseconds)
    cell.deliveries += Double(slot.deliveries)
    cells[key] = cell
  }

  /// Documents that have no percentiles of rounds: those of a round's only slot. Of several they cannot be merged.
  private mutating func addLatencies(ofSlots slots: [Slot]) {
    let open = Dictionary(grouping: slots.filter { $0.phase == .open }) { slot in
      Place(arm: slot.arm, depth: slot.depth, round: slot.round)
    }
    for (place, slots) in open where slots.count == 1 { latencies[place] = slots[0].responseTime }
  }

  /// - Parameter concurrency: of the closed-loop slots; nil for the headline.
  package func value(
    _ metric: Metric, arm: String, depth: Int, round: Int, at concurrency: Concurrency? = nil
  ) -> Double? {
    bounded(metric, arm: arm, depth: depth, round: round, at: concurrency)?.value
  }

  package func bounded(
    _ metric: Metric, arm: String, depth: Int, round: Int, at concurrency: Concurrency? = nil
  ) -> BoundedValue? {
    let place = Place(arm: arm, depth: depth, round: round)
    switch metric {
    case .p50: return latencies[place].flatMap { $0.bounded($0.p50, percentile: 50) }
    case .p99: return latencies[place].flatMap { $0.bounded($0.p99, percentile: 99) }
    default:
      return cells[Key(place: place, concurrency: concurrency ?? headline)]?.value(metric).map { BoundedValue($0) }
    }
  }

  /// Depths at which the arm has slots of this phase, ascending; of closed-loop slots only those of the headline.
  package func depths(arm: String, phase: Slot.Phase) -> [Int] {
    phaseDepths[PhaseKey(arm: arm, phase: phase), default: []].sorted()
  }

  /// Depths at which the arm has what the metric is made from, ascending.
  package func depths(arm: String, for metric: Metric, at concurrency: Concurrency? = nil) -> [Int] {
    guard metric.percentile == nil else { return depths(arm: arm, phase: .open) }
    guard let concurrency, concurrency != headline else { return depths(arm: arm, phase: .closed) }
    return Set(
      cells.keys.filter { $0.place.arm == arm && $0.concurrency == concurrency }.map(\.place.depth)
    ).sorted()
  }

  /// At which the arms were measured at this depth: the headline first, then by requests and connections.
  package func concurrencies(depth: Int) -> [Concurrency] {
    let found = Set(cells.keys.filter { $0.place.depth == depth }.map(\.concurrency)).subtracting([headline])
    return [headline] + found.sorted { ($0.inFlight, $0.connections) < ($1.inFlight, $1.connections) }
  }

  /// One value per round that has it.
  package func values(_ metric: Metric, arm: String, depth: Int, at concurrency: Concurrency? = nil) -> [Double] {
    rounds.compactMap { value(metric, arm: arm, depth: depth, round: $0, at: concurrency) }
  }

  /// The rounds in which both sides have a value.
  package func pairs(
    _ metric: Metric, arm: String, depth: Int, against reference: (arm: String, depth: Int),
    at concurrency: Concurrency? = nil
  ) -> [(reference: Double, value: Double)] {
    rounds.compactMap { round in
      guard
        let left = bounded(metric, arm: reference.arm, depth: reference.depth, round: round, at: concurrency),
        let right = bounded(metric, arm: arm, depth: depth, round: round, at: concurrency)
      else { return nil }
      return BoundedValue.pair(left, right)
    }
  }
}

extension RunResult {
  /// Closed-loop slots at the concurrency that every depth has; superseded ones are left out.
  package var headlineSlots: [Slot] {
    slots.filter {
      $0.phase == .closed && !$0.superseded && ($0.inFlight ?? settings.inFlight) == settings.inFlight
        && $0.connections == 1
    }
  }
}
