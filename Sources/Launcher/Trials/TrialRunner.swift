// One trial on one process set: gives the order, reads every clock and counter at the window's edges, takes the result.

internal import Control
internal import Results
internal import Statistics
internal import Topology

/// What was read at one edge of a window. The clocks first and together: the launcher must not come between them.
private struct WindowEdge {
  let clocks: ClockReading
  let machine: MachineReading

  /// Nodes elsewhere are asked first, while what else happens waits; one that does not answer has been lost, which whoever
  /// waits for the trial hears.
  init(_ set: ProcessSet) {
    try? set.refresh(ignoringSignals: true)
    clocks = ClockReading(set)
    machine = MachineReading(set)
  }
}

struct TrialRunner {
  let plan: ExperimentPlan
  let supervisor: Supervisor

  /// Nanoseconds that a trial settles at least before its window opens.
  static let settleNanoseconds: Int64 = 5_000_000
  private static let progressNanoseconds: Int64 = 1_000_000_000
  /// Seconds that a trial of so many settles at most: a slow graph may not hold up the run.
  static func settleSecondsMax(_ trialSeconds: Double) -> Double { max(trialSeconds, 0.25) }

  /// Runs a trial of `seconds`, settling included.
  ///
  /// A signal or a child's death ends the trial early; what was measured is handed to `keep` all the same, marked
  /// invalid, before the error continues.
  ///
  /// - Parameters:
  ///   - tellsLatency: of its progress the client also says how long requests took.
  ///   - progress: told once a second; nil, so that nothing disturbs what is compared.
  func run(
    _ spec: TrialSpec, on set: ProcessSet, seconds: Double, round: Int, position: Int,
    pieceNanoseconds: Int64 = 0, requestCount: Int? = nil, tellsLatency: Bool = false,
    progress: ((TrialProgress) -> Void)? = nil,
    keep: (MeasuredTrial) -> Void
  ) throws(LauncherError) -> MeasuredTrial {
    var order = trialOrder(
      spec, token: set.makeToken(), seconds: seconds, seed: plan.seed &+ UInt64(round) << 20 &+ UInt64(position),
      topology: set.topology)
    order.pieceNanoseconds = pieceNanoseconds
    order.requestCount = requestCount
    order.deadlineNanoseconds = spec.deadlineSeconds.map { Int64($0 * 1e9) }
    order.clocksStages = spec.clocksStages ? true : nil
    order.reconnectNanosecondsMax = spec.reconnectSecondsMax.map { Int64($0 * 1e9) }
    order.progressNanoseconds = progress.map { _ in TrialRunner.progressNanoseconds }
    if tellsLatency { order.tellsLatency = true }
    let token = order.token
    // A trial of so many requests takes as long as it takes.
    let limit = requestCount == nil ? seconds + TrialRunner.settleSecondsMax(seconds) + plan.drainSeconds + 20 : 86_400
    set.clearSpans()
    set.client?.send(ClientCommand.run(order))
    var (opened, closed): (WindowEdge?, WindowEdge?)
    func measured(_ outcome: TrialOutcome) -> MeasuredTrial {
      let end = closed ?? WindowEdge(set)
      let start = opened ?? end
      return measure(
        spec, outcome,
        WindowReading(set, clocks: end.clocks.since(start.clocks), opened: start.machine, closed: end.machine),
        on: set, round: round, position: position, seconds: seconds, isAtRest: opened == nil || closed == nil)
    }
    var outcome: TrialOutcome?
    let listen = { (report: ClientReport) -> Bool? in
      switch report {
      case .windowOpened(token): opened = WindowEdge(set)
      case .windowClosed(token): closed = WindowEdge(set)
      case .progress(token, let told): progress?(told)
      case .finished(let finished) where finished.token == token:
        outcome = finished
        return true
      default: break
      }
      return nil
    }
    do {
      _ = try set.awaitClient("a trial's end", seconds: limit, listen)
    } catch {
      if set.client?.isAlive == true, outcome == nil {
        set.client?.send(ClientCommand.finish)
        _ = try? set.awaitClient(
          "a trial's early end", seconds: plan.drainSeconds + 5, ignoringSignalsAndDeaths: true, listen)
      }
      if let outcome { keep(measured(outcome).marked(invalid: "\(error)")) }
      throw error
    }
    let trial = measured(outcome!)
    keep(trial)
    return trial
  }

  func settleSecondsMax(_ spec: TrialSpec, _ seconds: Double) -> Double {
    spec.settleSecondsMax ?? TrialRunner.settleSecondsMax(seconds)
  }

  func trialOrder(
    _ spec: TrialSpec, token: Int, seconds: Double, seed: UInt64, topology: Topology
  ) -> TrialOrder {
    TrialOrder(
      token: token,
      mode: spec.phase == .open
        ? .open(rate: spec.rate, poisson: plan.isPoisson) : .closed(inFlight: spec.inFlight),
      connections: spec.connections,
      hopsLeft: plan.hopsLeft(arm: spec.arm, depth: spec.depth, topology: topology),
      settleNanoseconds: TrialRunner.settleNanoseconds,
      settleNanosecondsMax: Int64(settleSecondsMax(spec, seconds) * 1e9),
      windowNanoseconds: max(1, Int64(seconds * 1e9) - TrialRunner.settleNanoseconds), requestCount: nil,
      timeoutNanoseconds: Int64(plan.timeoutSeconds * 1e9), drainNanoseconds: Int64(plan.drainSeconds * 1e9),
      seed: seed)
  }
}
