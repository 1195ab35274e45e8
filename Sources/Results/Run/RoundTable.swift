// The trials of a run, found by arm, depth, concurrency and round. It knows no strategy and no meaning of a depth.

package import Statistics

/// Several trials of one arm, depth, concurrency and round count as one long trial, so that the round stays what is
/// compared. Superseded trials and pilots are left out. A round has values of `throughput`, `cpuPerHop`, `cpuPerRequest` and
/// `secondsPerRequest` (closed loop), `cpuPerHopOpen`, `p50` and `p99` (open loop; percentiles of rounds with requests enough,
/// see `PercentileFigure`).
package struct RoundTable {
  private struct Place: Hashable {
    let arm: String
    let depth: Int
    let round: Int
  }

  private struct Key: Hashable {
    let place: Place
    /// nil in the open loop.
    let concurrency: Concurrency?
  }

  private struct PhaseKey: Hashable {
    let arm: String
    let phase: Trial.Phase
  }

  private struct Cell {
    var completed = 0.0
    var windowSeconds = 0.0
    var nodeCpuNanoseconds = 0.0
    var deliveries = 0.0
    /// Of the only trial, so that it comes out as it was measured.
    var onlyThroughput: Double?
    /// Exact, where it was counted and does not depend on chance.
    var deliveriesPerRequest: Double?

    func merging(_ other: Cell) -> Cell {
      var sum = self
      sum.completed += other.completed
      sum.windowSeconds += other.windowSeconds
      sum.nodeCpuNanoseconds += other.nodeCpuNanoseconds
      sum.deliveries += other.deliveries
      sum.onlyThroughput = nil
      return sum
    }

    func value(_ metric: Metric) -> Double? {
      switch metric {
      case .throughput: onlyThroughput ?? ratio(completed, windowSeconds)
      case .cpuPerHop, .cpuPerHopOpen: ratio(nodeCpuNanoseconds, deliveries)
      // The launcher reads clocks and deliveries together, but later than the client counts what completed.
      case .cpuPerRequest:
        deliveriesPerRequest.map { perRequest in value(.cpuPerHop).map { $0 * perRequest } }
          ?? (deliveries > 0 ? ratio(nodeCpuNanoseconds, completed) : nil)
      case .secondsPerRequest: value(.throughput).flatMap { ratio(1, $0) }
      default: nil
      }
    }
  }

  private struct Depth: Hashable {
    let arm: String
    let depth: Int
  }

  /// Of closed-loop trials where nothing else is said.
  package let headline: Concurrency
  /// Rounds that have a trial, ascending.
  package let rounds: [Int]
  private var cells: [Key: Cell] = [:]
  /// An arm and the one that repeats it, as the reference of all others: twice the trials of either.
  private var references: [Key: Cell] = [:]
  private var controls: [String: String] = [:]
  private var deliveriesPerRequest: [Depth: Double] = [:]
  private var latencies: [Place: LatencySummary] = [:]
  private var phaseDepths: [PhaseKey: Set<Int>] = [:]

  package init(_ result: RunResult) {
    let used = result.trials.filter { !$0.superseded && $0.phase != .pilot }
    headline = Concurrency(inFlight: result.settings.inFlight)
    rounds = Set(used.map(\.round)).sorted()
    for pass in result.counts {
      let deliveries = pass.nodes.map(\.deliveriesPerRequest)
      guard deliveries.allSatisfy({ $0 == $0.rounded() }) else { continue }
      deliveriesPerRequest[Depth(arm: pass.arm, depth: pass.depth)] = deliveries.reduce(0, +)
    }
    for arm in result.arms { if let original = arm.controlOf { controls[original] = arm.name } }
    for trial in used { add(trial) }
    addReferences()
    if let known = result.roundLatencies {
      for latency in known {
        latencies[Place(arm: latency.arm, depth: latency.depth, round: latency.round)] = latency.responseTime
      }
    } else {
      addLatencies(ofTrials: used)
    }
  }

  private mutating func add(_ trial: Trial) {
    let own = Concurrency(
      inFlight: trial.phase == .single ? 1 : trial.inFlight ?? headline.inFlight, connections: trial.connections)
    if trial.phase != .closed || own == headline {
      phaseDepths[PhaseKey(arm: trial.arm, phase: trial.phase), default: []].insert(trial.depth)
    }
    let seconds = Double(trial.windowNanoseconds) / 1e9
    let key = Key(
      place: Place(arm: trial.arm, depth: trial.depth, round: trial.round),
      concurrency: trial.phase == .open ? nil : own)
    var cell = cells[key] ?? Cell()
    cell.onlyThroughput = cell.windowSeconds == 0 && seconds > 0 ? trial.throughput : nil
    cell.completed += trial.throughput * seconds
    cell.windowSeconds += seconds
    cell.nodeCpuNanoseconds += Double(trial.nodeCpuNanoseconds)
    cell.deliveries += Double(trial.deliveries)
    cell.deliveriesPerRequest = deliveriesPerRequest[Depth(arm: trial.arm, depth: trial.depth)]
    cells[key] = cell
  }

  private mutating func addReferences() {
    for (key, cell) in cells {
      guard let control = controls[key.place.arm] else { continue }
      let place = Place(arm: control, depth: key.place.depth, round: key.place.round)
      guard let repeated = cells[Key(place: place, concurrency: key.concurrency)] else { continue }
      references[key] = cell.merging(repeated)
    }
  }

  /// Documents that have no percentiles of rounds: those of a round's only trial. Of several they cannot be merged.
  private mutating func addLatencies(ofTrials trials: [Trial]) {
    let open = Dictionary(grouping: trials.filter { $0.phase == .open }) { trial in
      Place(arm: trial.arm, depth: trial.depth, round: trial.round)
    }
    for (place, trials) in open where trials.count == 1 { latencies[place] = trials[0].responseTime }
  }

  /// - Parameter concurrency: of the closed-loop trials; nil for the headline.
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
      return cells[key(metric, place, concurrency)]?.value(metric).map { BoundedValue($0) }
    }
  }

  private func key(_ metric: Metric, _ place: Place, _ concurrency: Concurrency?) -> Key {
    Key(place: place, concurrency: metric.phase == .open ? nil : concurrency ?? headline)
  }

  /// What an arm is held against: where the reference was measured twice, all of its trials.
  package func reference(
    _ metric: Metric, for arm: String, _ reference: String, depth: Int, round: Int, at concurrency: Concurrency? = nil
  ) -> BoundedValue? {
    let key = key(metric, Place(arm: reference, depth: depth, round: round), concurrency)
    if arm != reference, arm != controls[reference], metric.percentile == nil, let both = references[key] {
      return both.value(metric).map { BoundedValue($0) }
    }
    return bounded(metric, arm: reference, depth: depth, round: round, at: concurrency)
  }

  /// Depths at which the arm has trials of this phase, ascending; of closed-loop trials only those of the headline.
  package func depths(arm: String, phase: Trial.Phase) -> [Int] {
    phaseDepths[PhaseKey(arm: arm, phase: phase), default: []].sorted()
  }

  /// Depths at which the arm has what the metric is made from, ascending.
  package func depths(arm: String, for metric: Metric, at concurrency: Concurrency? = nil) -> [Int] {
    guard metric.phase != .open else { return depths(arm: arm, phase: .open) }
    guard let concurrency, concurrency != headline else { return depths(arm: arm, phase: .closed) }
    return Set(
      cells.keys.filter { $0.place.arm == arm && $0.concurrency == concurrency }.map(\.place.depth)
    ).sorted()
  }

  /// At which the arms were measured at this depth: the headline first, then by requests and connections.
  package func concurrencies(depth: Int) -> [Concurrency] {
    let found = Set(cells.keys.filter { $0.place.depth == depth }.compactMap(\.concurrency)).subtracting([headline])
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
        let left = self.reference(
          metric, for: arm, reference.arm, depth: reference.depth, round: round, at: concurrency),
        let right = bounded(metric, arm: arm, depth: depth, round: round, at: concurrency)
      else { return nil }
      return BoundedValue.pair(left, right)
    }
  }
}

extension RunResult {
  /// Closed-loop trials at the concurrency that every depth has; superseded ones are left out.
  package var headlineTrials: [Trial] {
    trials.filter {
      $0.phase == .closed && !$0.superseded && ($0.inFlight ?? settings.inFlight) == settings.inFlight
        && $0.connections == 1
    }
  }
}
