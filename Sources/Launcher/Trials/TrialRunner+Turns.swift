// The trials of a block side by side: each arm loads its own set for a moment, rests, and comes again when every other has
// had its turn. What drifts, and what slows the machine down for a while, then meets all of them alike.

internal import Control
internal import Results
internal import Statistics

extension TrialRunner {
  /// One arm of a block, and what was read of it so far.
  private final class Side {
    let spec: TrialSpec
    let position: Int
    let turns: TurnPlan
    let set: ProcessSet
    let token: Int
    let opened: MachineReading
    let settlingLine = ControlCodec.encode(
      ClientCommand.turn(nanoseconds: TurnPlan.settlingNanoseconds, counts: false))
    let countedLine: [UInt8]
    var clocks: ClockReading?
    var outcome: TrialOutcome?

    init(_ place: PlacedTrial, _ turns: TurnPlan, _ set: ProcessSet) {
      spec = place.spec
      position = place.position
      self.turns = turns
      self.set = set
      token = set.makeToken()
      opened = MachineReading(set)
      countedLine = ControlCodec.encode(ClientCommand.turn(nanoseconds: turns.countedNanoseconds, counts: true))
    }
  }

  /// Runs one trial of each arm that has turns, each on its own set. Clocks are read at rest, when they are exact and hold all that the
  /// requests of the turn have cost.
  ///
  /// A signal or a child's death ends the trials early; what was measured is handed to `keep` all the same, marked
  /// invalid, before the error continues.
  func runTurns(
    _ trials: [(place: PlacedTrial, set: ProcessSet)], round: Int,
    keep: (TrialSpec, MeasuredTrial) -> Void
  ) throws(LauncherError) {
    let sides = trials.compactMap { trial in trial.place.turns.map { Side(trial.place, $0, trial.set) } }
    let cycleCount = sides.map(\.turns.count).max() ?? 0
    do {
      for side in sides { begin(side, round) }
      for side in sides { try awaitRest(side) }
      for cycle in 0..<cycleCount {
        let order = RoundSchedule.order(
          seed: plan.seed &+ UInt64(sides[0].position), round: round << 16 | cycle, count: sides.count)
        for side in order.map({ sides[$0] }) where side.turns.hasTurn(inCycle: cycle, of: cycleCount) {
          if side.outcome == nil { try take(side) }
        }
      }
      try finish(sides)
    } catch {
      try? finish(sides.filter { $0.set.client?.isAlive == true }, ignoringSignalsAndDeaths: true)
      for side in sides { measure(side, round).map { keep(side.spec, $0.marked(invalid: "\(error)")) } }
      throw error
    }
    for side in sides { measure(side, round).map { keep(side.spec, $0) } }
  }

  private func begin(_ side: Side, _ round: Int) {
    var order = trialOrder(
      side.spec, token: side.token, seconds: plan.trialSeconds,
      seed: plan.seed &+ UInt64(round) << 20 &+ UInt64(side.position), topology: side.set.topology)
    order.takesTurns = true
    side.set.client?.send(ClientCommand.run(order))
  }

  private func take(_ side: Side) throws(LauncherError) {
    side.set.clearSpans()
    try take(side, side.settlingLine)
    guard side.outcome == nil else { return }
    let start = ClockReading(side.set)
    try take(side, side.countedLine)
    let moved = ClockReading(side.set).since(start)
    side.clocks == nil ? side.clocks = moved : side.clocks?.add(moved)
  }

  private func take(_ side: Side, _ line: [UInt8]) throws(LauncherError) {
    side.set.client?.send(line: line)
    try awaitRest(side)
  }

  /// Returns also when the client has ended the trial of its own accord, because it lost every connection.
  private func awaitRest(_ side: Side) throws(LauncherError) {
    try awaitClient(side) { if case .rested(side.token) = $0 { true } else { nil } }
  }

  private func finish(_ sides: [Side], ignoringSignalsAndDeaths: Bool = false) throws(LauncherError) {
    let left = sides.filter { $0.outcome == nil }
    for side in left { side.set.client?.send(ClientCommand.finish) }
    for side in left { try awaitClient(side, ignoringSignalsAndDeaths: ignoringSignalsAndDeaths) { _ in nil } }
  }

  private func awaitClient(
    _ side: Side, ignoringSignalsAndDeaths: Bool = false, until match: (ClientReport) -> Bool?
  ) throws(LauncherError) {
    _ = try side.set.awaitClient(
      "a turn's end", seconds: plan.drainSeconds + 20, ignoringSignalsAndDeaths: ignoringSignalsAndDeaths
    ) { (report: ClientReport) -> Bool? in
      if case .finished(let outcome) = report, outcome.token == side.token {
        side.outcome = outcome
        return true
      }
      return match(report)
    }
  }

  private func measure(_ side: Side, _ round: Int) -> MeasuredTrial? {
    guard let outcome = side.outcome else { return nil }
    let now = ClockReading(side.set)
    let reading = WindowReading(
      side.set, clocks: side.clocks ?? now.since(now), opened: side.opened, closed: MachineReading(side.set))
    return measure(
      side.spec, outcome, reading, on: side.set, round: round, position: side.position, seconds: plan.trialSeconds,
      isAtRest: true)
  }
}
