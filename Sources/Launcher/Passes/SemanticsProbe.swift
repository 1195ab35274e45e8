// What is done to a running chain to find out what a strategy keeps: echoes, a deadline that passes, requests that are
// given up, and a look at what is left. Each reading comes from the processes; what it means is SemanticsReadings' part.

internal import Control
internal import EventLoop
internal import Results
internal import Statistics
internal import Topology

final class SemanticsProbe {
  static let verifiedRequestCount = 64
  static let countedRequestCount = 64
  static let loadedRequestCount = 512
  static let probedRequestCount = 32
  static let writerCount = 10
  static let writesPerWriter = 1_000
  /// How long the work lasts that deadlines and cancels are to cut short: as good as for ever.
  private static let longSleepNanoseconds: Int64 = 600_000_000_000
  private static let timeoutNanoseconds: Int64 = 30_000_000_000
  /// Of requests that are to expire, and how long they wait in the last service but one.
  private static let shortDeadlineNanoseconds: Int64 = 20_000_000
  private static let waitNanoseconds: Int64 = 60_000_000
  private static let patienceNanoseconds: Int64 = 50_000_000
  private static let quietSecondsMax = 10.0

  /// Set by the client beside the standard keys: an integer beyond what a floating-point number holds, and a text with
  /// what formats must escape.
  private static let sentKeys = [
    Assignment(key: "attempt", value: .integer(9_007_199_254_740_993)),
    Assignment(key: "note", value: .text("größer = 100 %; \"a\", b")),
  ]
  private static let integerKeys = ["attempt", "user"]

  private let set: ProcessSet
  private let supervisor: Supervisor
  private let seed: UInt64

  private init(_ set: ProcessSet, _ supervisor: Supervisor, seed: UInt64) {
    self.set = set
    self.supervisor = supervisor
    self.seed = seed
  }

  /// Starts the processes of the first arm's chain, and ends them behind `body`.
  static func withSet(
    of arms: [ArmPlan], _ placement: PlacementPlan, _ supervisor: Supervisor, seed: UInt64,
    _ body: (SemanticsProbe) throws(LauncherError) -> Void
  ) throws(LauncherError) {
    guard let first = arms.first else { return }
    let set = ProcessSet(
      topology: first.topology, supervisor: supervisor,
      options: ProcessSetOptions(placement: placement, seed: seed))
    defer { set.stop() }
    try set.start()
    try body(SemanticsProbe(set, supervisor, seed: seed))
  }

  /// Puts the chain under the arm's strategy and fills in its row.
  func probe(_ arm: ArmPlan) throws(LauncherError) -> StrategySemantics {
    var topology = arm.topology
    topology.client.set = SemanticsProbe.sentKeys
    var readings = SemanticsReadings(
      services: topology.services.map(\.name), integerKeys: SemanticsProbe.integerKeys)
    try set.replace(topology)
    readings.losses = try verify()
    (readings.contexts, readings.deadlines) = try explain()
    readings.contextBytes = try countBytes()
    _ = try load(SemanticsProbe.loadedRequestCount, inFlight: 64, timeout: SemanticsProbe.timeoutNanoseconds)
    let afterLoad = try leftovers()

    try set.replace(topology.with(sleep: SemanticsProbe.longSleepNanoseconds, at: topology.services.count - 1))
    readings.cancels = try cancel()
    readings.leftovers = zip(afterLoad, try leftovers()).map { $0.adding($1) }

    try set.replace(topology.with(sleep: SemanticsProbe.waitNanoseconds, at: topology.services.count - 2))
    try expire(&readings)
    if arm.sharesStore, let store = arm.store {
      let race = RaceChild(
        supervisor: supervisor, writers: SemanticsProbe.writerCount, writesPerWriter: SemanticsProbe.writesPerWriter)
      readings.race = SemanticsReadings.Race(
        writers: race.writers, writesPerWriter: race.writesPerWriter, run: try race.run(store, seed: seed))
    }
    return readings.row(name: arm.name, store: arm.store, propagator: arm.propagator, transport: arm.transport)
  }

  // MARK: What arrives

  private func verify() throws(LauncherError) -> FidelityLosses? {
    let token = set.makeToken()
    set.client?.send(
      ClientCommand.verify(
        token: token, requestCount: SemanticsProbe.verifiedRequestCount, inFlight: 16, hopsLeft: set.nodes.count,
        timeoutNanoseconds: SemanticsProbe.timeoutNanoseconds))
    return try set.awaitClient("contexts") { report -> FidelityLosses?? in
      guard case .verified(let outcome, let losses) = report, outcome.token == token else { return nil }
      return .some(losses)
    }
  }

  /// One request alone: what was sent and seen of it, and how much of its deadline each service had left.
  private func explain() throws(LauncherError) -> ([SemanticsReadings.Context], SemanticsReadings.Deadlines) {
    let token = set.makeToken()
    set.client?.send(
      ClientCommand.explain(
        token: token, hopsLeft: set.nodes.count, timeoutNanoseconds: SemanticsProbe.timeoutNanoseconds))
    let seen = try set.awaitClient("a context") { report -> [SeenContext]? in
      if case .explained(token, let seen) = report { seen } else { nil }
    }
    let contexts = seen.sorted { SemanticsProbe.order($0) < SemanticsProbe.order($1) }.map {
      SemanticsReadings.Context(place: $0.place, bytes: $0.bytes, entries: $0.entries)
    }
    let deadlines = SemanticsReadings.Deadlines(
      sent: UInt64(SemanticsProbe.timeoutNanoseconds / 1000), left: pages.map(\.echoDeadline), expired: 0, failed: 0,
      sentOn: 0)
    return (contexts, deadlines)
  }

  /// The client, then the services along the chain.
  private static func order(_ seen: SeenContext) -> Int { seen.place == "client" ? 0 : seen.place.utf8.count }

  private func countBytes() throws(LauncherError) -> [Double] {
    try setCounting(true)
    let before = pages
    _ = try load(SemanticsProbe.countedRequestCount, inFlight: 1, timeout: SemanticsProbe.timeoutNanoseconds)
    let after = pages
    try setCounting(false)
    return zip(after, before).map { later, earlier in
      Double(later.contextSize &- earlier.contextSize) / Double(max(1, later.deliveries &- earlier.deliveries))
    }
  }

  private func setCounting(_ isOn: Bool) throws(LauncherError) {
    try set.ask(.counting(isOn), "counting") { _, report in if case .countingSet = report { true } else { false } }
  }

  // MARK: Time

  /// Requests that the client gives up while the last service still works on them.
  private func cancel() throws(LauncherError) -> SemanticsReadings.Cancels {
    let before = pages
    let outcome = try load(
      SemanticsProbe.probedRequestCount, inFlight: SemanticsProbe.probedRequestCount,
      timeout: SemanticsProbe.patienceNanoseconds, deadline: SemanticsProbe.timeoutNanoseconds)
    try awaitQuiet()
    // Where a transport has no word for a cancel the first one closes the connection, and gives up all on it.
    return SemanticsReadings.Cancels(
      givenUp: outcome.ledger.lost, cancelled: zip(pages, before).map { $0.cancelled &- $1.cancelled })
  }

  /// Requests whose deadline passes before the last call, which the client waits for all the same.
  private func expire(_ readings: inout SemanticsReadings) throws(LauncherError) {
    let before = pages
    let outcome = try load(
      SemanticsProbe.probedRequestCount, inFlight: SemanticsProbe.probedRequestCount,
      timeout: SemanticsProbe.timeoutNanoseconds, deadline: SemanticsProbe.shortDeadlineNanoseconds)
    try awaitQuiet()
    readings.deadlines?.expired = outcome.ledger.planned
    // Nodes say DEADLINE_EXCEEDED: the client's own time is far longer.
    readings.deadlines?.failed = outcome.ledger.timedOut
    readings.deadlines?.sentOn = (pages.last?.deliveries ?? 0) &- (before.last?.deliveries ?? 0)
  }

  // MARK: What is left

  /// When nothing is under way any more, or has not come to an end in time.
  private func leftovers() throws(LauncherError) -> [SemanticsReadings.Leftovers] {
    try awaitQuiet().map {
      SemanticsReadings.Leftovers(requests: $0.requests, calls: $0.calls, contexts: $0.contexts, timers: $0.timers)
    }
  }

  /// A cancel takes its time through the chain.
  @discardableResult
  private func awaitQuiet() throws(LauncherError) -> [LiveFigures] {
    let end = supervisor.loop.refreshNow() + Int64(SemanticsProbe.quietSecondsMax * 1e9)
    while true {
      let live = try set.readLive()
      if live.allSatisfy(\.isNothing) || supervisor.loop.refreshNow() >= end { return live }
      try supervisor.pause(seconds: 0.002)
    }
  }

  // MARK: Requests

  private func load(
    _ requestCount: Int, inFlight: Int, timeout: Int64, deadline: Int64? = nil
  ) throws(LauncherError) -> TrialOutcome {
    let token = set.makeToken()
    var order = TrialOrder(
      token: token, mode: .closed(inFlight: inFlight), connections: 1, hopsLeft: set.nodes.count, settleNanoseconds: 0,
      windowNanoseconds: 1, requestCount: requestCount, timeoutNanoseconds: timeout, drainNanoseconds: timeout,
      seed: seed)
    order.deadlineNanoseconds = deadline
    set.client?.send(ClientCommand.run(order))
    return try set.awaitClient("requests", seconds: 60) { report -> TrialOutcome? in
      if case .finished(let outcome) = report, outcome.token == token { outcome } else { nil }
    }
  }

  private var pages: [CounterPage] { self.set.nodes.map { $0.process.counters ?? CounterPage() } }
}

extension SemanticsReadings.Leftovers {
  fileprivate func adding(_ other: SemanticsReadings.Leftovers) -> SemanticsReadings.Leftovers {
    SemanticsReadings.Leftovers(
      requests: requests + other.requests, calls: calls + other.calls, contexts: contexts + other.contexts,
      timers: timers + other.timers)
  }
}

extension ProcessSet {
  /// What is under way in each node now.
  func readLive() throws(LauncherError) -> [LiveFigures] {
    let token = makeToken()
    var figures = Array(repeating: LiveFigures(token: token), count: nodes.count)
    try ask(.readLive(token: token), "what is under way") { index, report in
      guard case .live(let live) = report, live.token == token else { return false }
      figures[index] = live
      return true
    }
    return figures
  }
}

extension Topology {
  /// The service at a position sleeps before everything else that it does.
  func with(sleep nanoseconds: Int64, at position: Int) -> Topology {
    var result = self
    result.services[position].script.insert(.sleep(.fixed(nanoseconds: nanoseconds)), at: 0)
    return result
  }
}
