// The client against servers that theory knows, on the real clock, in this one process. The order of things only: what
// must be seen is SelfTestTheory's business.

internal import Control
internal import EventLoop
internal import Glibc
internal import LoadClient
package import Results
internal import Statistics
package import TransportCore

/// Runs tests one after another. Owns SIGINT and SIGTERM until `close`: the first ends the trial, the second the process.
package final class SelfTest {
  /// Attempts after the first, each with a seed of its own: of a test that was disturbed, or that missed, which chance
  /// alone lets happen too (5 % of the dispersions).
  package static let retryCountMax = 3

  private static let second: Int64 = 1_000_000_000
  private static let constantRate = 1_000.0
  private static let stallNanoseconds: Int64 = 2_000_000_000
  private static let serviceNanoseconds: Int64 = 600_000
  private static let queueRequestCount = 20_000
  private static let intervalCount = 200

  private let loop: EventLoop
  private let seed: UInt64
  private let report: (String) -> Void
  private var signals: [SignalSource] = []
  /// Of the test under way.
  private var transport = Transport.frame
  private var load: SelfTestLoad?
  /// The first signal.
  package private(set) var receivedSignal: Int32?

  /// - Parameter report: gets a line per attempt.
  package init(seed: UInt64, report: @escaping (String) -> Void) throws {
    loop = try EventLoop()
    self.seed = seed
    self.report = report
    // Whoever started this program may have had signals blocked; the mask is inherited.
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_UNBLOCK, &all, nil)
    for number in [SIGINT, SIGTERM] {
      signals.append(SignalSource(loop: loop, signal: number) { [unowned self] in didReceive(number) })
    }
  }

  package func close() { signals.forEach { $0.close() } }

  /// Each over each transport, until all are done, or a signal came.
  package func run(_ tests: [SelfTestKind], over transports: [Transport]) throws -> [SelfTestOutcome] {
    var outcomes: [SelfTestOutcome] = []
    for test in tests {
      for transport in transports where receivedSignal == nil {
        self.transport = transport
        outcomes.append(try run(test))
      }
    }
    return outcomes
  }

  private func run(_ test: SelfTestKind) throws -> SelfTestOutcome {
    var attempts: [SelfTestAttempt] = []
    repeat {
      let attempt = try attempt(test, seed: seed &+ UInt64(attempts.count) << 32)
      attempts.append(attempt)
      let why = attempt.disturbances.isEmpty ? "" : " (\(attempt.disturbances.joined(separator: "; ")))"
      let name = SelfTestOutcome.name(test, over: transport.name)
      report("\(name): \(attempt.verdict.rawValue)\(attempt.verdict == .passed ? "" : why)")
    } while [.missed, .disturbed].contains(attempts.last?.verdict) && attempts.count <= Self.retryCountMax
    return SelfTestOutcome(test: test, transport: transport.name, attempts: attempts)
  }

  private func attempt(_ test: SelfTestKind, seed: UInt64) throws -> SelfTestAttempt {
    switch test {
    case .nullTarget: try nullTarget(seed)
    case .stall: try stall(seed)
    case .queue: try queue(seed)
    case .poisson: try poisson(seed)
    }
  }

  private func didReceive(_ number: Int32) {
    if receivedSignal != nil { _exit(128 + number) }
    receivedSignal = number
    load?.cancel()
  }

  /// Makes the server and the client's connections, and ends both.
  private func withLoad(
    _ seed: UInt64,
    serviceNanoseconds: Int64 = 0, keepsArrivals: Bool = false, _ body: (SelfTestLoad) throws -> SelfTestAttempt
  ) throws -> SelfTestAttempt {
    let server = try SelfTestServer(
      loop: loop, transport: transport, serviceNanoseconds: serviceNanoseconds, keepsArrivals: keepsArrivals)
    let load = try SelfTestLoad(loop: loop, server: server, transport: transport)
    self.load = load
    defer {
      self.load = nil
      load.close()
    }
    do {
      return try body(load)
    } catch LaboratoryError.interrupted {
      return judge(seed, [], load.outcomes)
    }
  }

  private func judge(
    _ seed: UInt64, _ figures: [SelfTestFigure], _ outcomes: [TrialOutcome], _ disturbances: [String] = []
  ) -> SelfTestAttempt {
    let open = outcomes.flatMap {
      SelfTestTheory.disturbances($0.ledger, sendLag: $0.sendLag, responseTime: $0.responseTime)
    }
    // Of a trial that was cut nothing can be expected.
    let figures = receivedSignal == nil ? figures : []
    let lost = outcomes.reduce(into: Ledger()) { $0.merge($1.ledger) }
    return SelfTestAttempt(
      seed: seed, figures: figures + [SelfTestTheory.completeness(lost)], disturbances: open + disturbances,
      ledgers: outcomes.map(\.ledger), isInterrupted: receivedSignal != nil)
  }

  // MARK: The tests

  private func nullTarget(_ seed: UInt64) throws -> SelfTestAttempt {
    try withLoad(seed) { load in
      let ceiling = try load.perform(.closed(inFlight: 64), windowNanoseconds: Self.second, seed: seed)
      let floor = try load.perform(.closed(inFlight: 1), windowNanoseconds: Self.second / 2, seed: seed)
      let open = try load.perform(
        .open(rate: Self.constantRate, poisson: false), windowNanoseconds: Self.second, seed: seed)
      let figures = [
        SelfTestFigure("64 in flight, client and echo on one thread", unit: "1/s", found: throughput(ceiling)),
        SelfTestFigure("P50 of the response time, 1 in flight", unit: "ns", found: percentile(floor.responseTime, 50)),
        SelfTestFigure("P99 of the response time, 1 in flight", unit: "ns", found: percentile(floor.responseTime, 99)),
        SelfTestFigure("P50 of the send lag at 1000/s", unit: "ns", found: percentile(open.sendLag, 50)),
        SelfTestFigure("P99 of the send lag at 1000/s", unit: "ns", found: percentile(open.sendLag, 99)),
      ]
      return judge(seed, figures, [ceiling, floor, open])
    }
  }

  /// A window of 2.5 times the stall, which begins a quarter of it after the window.
  private func stall(_ seed: UInt64) throws -> SelfTestAttempt {
    try withLoad(seed) { load in
      let free = try load.perform(.closed(inFlight: 64), windowNanoseconds: Self.second / 4, seed: seed)
      let begin = Timer(loop: loop) { load.server.standStill() }
      let end = Timer(loop: loop) { load.server.goOn() }
      defer {
        begin.close()
        end.close()
      }
      load.windowDidOpen = {
        begin.start(after: Self.stallNanoseconds / 4)
        end.start(after: Self.stallNanoseconds * 5 / 4)
      }
      let outcome = try load.perform(
        .open(rate: Self.constantRate, poisson: false), windowNanoseconds: Self.stallNanoseconds * 5 / 2, seed: seed)
      let share = Self.constantRate / max(1, throughput(free))
      let figures = SelfTestTheory.stall(
        outcome.responseTime, stall: Double(load.server.stallNanoseconds), window: Double(outcome.windowNanoseconds),
        load: share)
      let tooSlow = share > SelfTestTheory.stallLoadMax
      return judge(
        seed, figures + [SelfTestFigure("load", unit: "%", found: share * 100)], [free, outcome],
        tooSlow ? ["the load is above \(SelfTestTheory.stallLoadMax) of what the server can do"] : [])
    }
  }

  /// First without any queue, which gives the time of service and what else a request takes; then at half of what the
  /// server can do.
  private func queue(_ seed: UInt64) throws -> SelfTestAttempt {
    try withLoad(seed, serviceNanoseconds: Self.serviceNanoseconds) { load in
      let gap = 4 * Double(Self.serviceNanoseconds)
      let alone = try load.perform(
        .open(rate: 1e9 / gap, poisson: false), windowNanoseconds: 2 * Self.second, seed: seed)
      let service = load.server.takeServiceMean() ?? Double(Self.serviceNanoseconds)
      let overhead = alone.responseTime.mean - service
      let outcome = try load.perform(
        .open(rate: 0.5 * 1e9 / service, poisson: true), requestCount: Self.queueRequestCount, seed: seed)
      let figures = SelfTestTheory.queue(
        meanResponse: outcome.responseTime.mean, service: load.server.takeServiceMean() ?? service,
        overhead: overhead, requestCount: outcome.ledger.completed, window: Double(outcome.windowNanoseconds))
      return judge(seed, figures, [alone, outcome])
    }
  }

  private func poisson(_ seed: UInt64) throws -> SelfTestAttempt {
    try withLoad(seed, keepsArrivals: true) { load in
      let outcome = try load.perform(
        .open(rate: Self.constantRate, poisson: true), windowNanoseconds: 4 * Self.second, seed: seed)
      let times = load.server.arrivals.map { $0 - load.windowStart }
      let figure = SelfTestTheory.dispersion(
        arrivals: times, window: outcome.windowNanoseconds, intervalCount: Self.intervalCount)
      return judge(seed, [figure], [outcome])
    }
  }

  private func throughput(_ outcome: TrialOutcome) -> Double {
    Double(outcome.completedInWindow) / Double(max(1, outcome.windowNanoseconds)) * 1e9
  }

  private func percentile(_ histogram: LatencyHistogram?, _ percentile: Double) -> Double {
    Double(histogram?.percentile(percentile) ?? 0)
  }
}
