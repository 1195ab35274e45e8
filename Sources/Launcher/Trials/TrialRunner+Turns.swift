// The trials of a block side by side: each arm loads its own set for some milliseconds, rests, and comes again when every
// other has had its turn. What drifts, and what slows the machine down for a while, then meets all of them alike.

internal import Control
internal import Results
internal import Statistics

extension TrialRunner {
  /// One arm of a block, and what was read of it so far.
  private final class Side {
    let spec: TrialSpec
    let set: ProcessSet
    let position: Int
    let token: Int
    let opened: MachineReading
    var clocks: ClockReading?
    var outcome: TrialOutcome?

    init(_ spec: TrialSpec, _ set: ProcessSet, position: Int) {
      self.spec = spec
      self.set = set
      self.position = position
      token = set.makeToken()
      opened = MachineReading(set)
    }
  }

  /// Runs one trial of each arm, at least one, each on its own set. Clocks are read at rest, when they are exact and hold all that the
  /// requests of the turn have cost.
  ///
  /// A signal or a child's death ends the trials early; what was measured is handed to `keep` all the same, marked
  /// invalid, before the error continues.
  func runTurns(
    _ trials: [(place: PlacedTrial, set: ProcessSet)], _ turns: TurnPlan, round: Int,
    keep: (TrialSpec, MeasuredTrial) -> Void
  ) throws(LauncherError) {
    let sides = trials.map { Side($0.place.spec, $0.set, position: $0.place.position) }
    let block = UInt64(sides[0].position)
    do {
      for side in sides { begin(side, round) }
      for side in sides { try awaitRest(side) }
      for turn in 0..<turns.turnCount {
        let order = RoundSchedule.order(
          seed: plan.seed &+ block, round: round << 16 | turn, count: sides.count)
        for index in order where sides[index].outcome == nil { try take(sides[index]) }
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
    try take(side, TurnPlan.settlingNanoseconds, counts: false)
    guard side.outcome == nil else { return }
    let start = ClockReading(side.set)
    try take(side, TurnPlan.countedNanoseconds, counts: true)
    let moved = ClockReading(side.set).since(start)
    side.clocks == nil ? side.clocks = moved : side.clocks?.add(moved)
  }

  private func take(_ side: Side, _ nanoseconds: Int64, counts: Bool) throws(LauncherError) {
    side.set.client?.send(ClientCommand.turn(nanoseconds: nanoseconds, counts: counts))
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

extension MeasuredTrial {
  fileprivate func marked(invalid reason: String) -> MeasuredTrial {
    var marked = self
    marked.trial.validity.add(.invalid, reason)
    return marked
  }
}
