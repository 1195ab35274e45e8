// The load client against a server on the same loop: a listener, connections, and trials one after another.

internal import Control
internal import EventLoop
internal import LoadClient
internal import Propagation
internal import Results
internal import Statistics
internal import Topology
internal import TransportCore

final class SelfTestLoad: LoadRunDelegate, LoadConnectionDelegate {
  private static let readyNanoseconds: Int64 = 5_000_000_000
  private static let settleNanoseconds: Int64 = 50_000_000
  private static let timeoutNanoseconds: Int64 = 10_000_000_000
  /// Where a connection holds only so many requests, so many that all of a stall are under way at once: 2 s at 1000/s.
  private static let orderedConnectionCount = 16

  let loop: EventLoop
  let server: SelfTestServer
  private let transport: Transport
  private var connections: [LoadConnection] = []
  private var run: LoadRun?
  private var outcome: TrialOutcome?
  /// Of every trial so far.
  private(set) var outcomes: [TrialOutcome] = []
  private var isCancelled = false
  private var problem: String?
  private var tokenCount = 0
  /// By the loop's clock, of the latest trial.
  private(set) var windowStart: Int64 = 0
  /// Called when the window of a trial opens.
  var windowDidOpen: () -> Void = {}

  /// - Parameter transport: that of the server.
  init(loop: EventLoop, server: SelfTestServer, transport: Transport) throws {
    self.loop = loop
    self.server = server
    self.transport = transport
    for _ in 0..<(transport.multiplexes ? 1 : Self.orderedConnectionCount) {
      connections.append(
        try LoadConnection(
          loop: loop, address: ServiceAddress(host: "127.0.0.1", port: server.port), propagator: "none",
          transport: transport, delegate: self))
    }
    let limit = Timer(loop: loop) { [unowned self] in problem = problem ?? "the server did not answer" }
    limit.start(after: Self.readyNanoseconds)
    _ = loop.run { connections.allSatisfy(\.isReady) || problem != nil }
    limit.close()
    if let problem { throw LaboratoryError.selfTest(problem) }
  }

  func close() {
    connections.forEach { $0.close() }
    server.close()
  }

  /// Ends the trial under way early; none follows.
  func cancel() {
    isCancelled = true
    run?.finish()
  }

  /// One trial: a window of so long after settling, or so many requests. Throws `interrupted` once it was cancelled.
  func perform(
    _ mode: LoadMode, windowNanoseconds: Int64 = 0, requestCount: Int? = nil, seed: UInt64
  ) throws(LaboratoryError) -> TrialOutcome {
    if isCancelled { throw .interrupted }
    tokenCount += 1
    let order = TrialOrder(
      token: tokenCount, mode: mode, connections: connections.count, hopsLeft: 1,
      settleNanoseconds: Self.settleNanoseconds, windowNanoseconds: windowNanoseconds, requestCount: requestCount,
      timeoutNanoseconds: Self.timeoutNanoseconds, drainNanoseconds: Self.timeoutNanoseconds, seed: seed)
    let images: RequestImages
    do {
      images = try RequestImages(
        client: ClientSide(propagator: "none", payloadSize: 0, set: []),
        propagator: PropagatorRegistry.resolve("none")!, transport: transport, deadline: 0, hopsLeft: 1, flags: [],
        seed: seed)
    } catch {
      throw .selfTest("\(error)")
    }
    let run = LoadRun(order: order, loop: loop, connections: connections, images: images, delegate: self)
    self.run = run
    outcome = nil
    run.start()
    _ = loop.run { outcome != nil || problem != nil }
    self.run = nil
    guard let outcome else { throw .selfTest(problem ?? "the client ended without a result") }
    outcomes.append(outcome)
    return outcome
  }

  // MARK: What the client tells

  func runDidOpenWindow(_ run: LoadRun) {
    windowStart = loop.refreshNow()
    windowDidOpen()
  }

  func runDidCloseWindow(_ run: LoadRun) {}
  func run(_ run: LoadRun, didFinish outcome: TrialOutcome) { self.outcome = outcome }
  func connectionIsReady(_ connection: LoadConnection) {}
  func connection(_ connection: LoadConnection, didReceive reply: ReceivedReply) { run?.didReceive(reply) }

  func connection(_ connection: LoadConnection, didFail reason: String) {
    problem = reason
    run?.didLose(connection)
  }
}
