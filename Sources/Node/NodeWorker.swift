// One worker of a node that has several: a server on a loop of its own, on a thread of its own. Everything here runs on
// that thread.

internal import Context
internal import Control
internal import EventLoop
internal import Glibc
internal import Topology
internal import Spans
internal import TransportCore

final class NodeWorker: NodeServerDelegate {
  private let loop: EventLoop
  private let worker: Int
  private let resources: WorkerResources
  private let orders: [Mailbox<WorkerOrder>]
  private let reports: Mailbox<WorkerReport>
  private let balancer: ConnectionBalancer
  private var server: NodeServer?
  private var closeMailbox = {}
  private var isReplacing = false
  /// The latest order to connect or to replace.
  private var wiring = 0
  /// What orders themselves have cost, as in `NodeProcess`.
  private var cost = MeterReading()
  private var profile: ProfileOrders?

  /// Runs until it is told to stop.
  static func run(
    worker: Int, resources: WorkerResources, orders: [Mailbox<WorkerOrder>], reports: Mailbox<WorkerReport>,
    balancer: ConnectionBalancer
  ) {
    do {
      let loop = try EventLoop()
      let worker = NodeWorker(
        loop: loop, worker: worker, resources: resources, orders: orders, reports: reports, balancer: balancer)
      loop.run()
      worker.close()
    } catch {
      reports.post(.answer(.failed("\(error)"), worker: worker))
    }
  }

  private init(
    loop: EventLoop, worker: Int, resources: WorkerResources, orders: [Mailbox<WorkerOrder>],
    reports: Mailbox<WorkerReport>,
    balancer: ConnectionBalancer
  ) {
    self.loop = loop
    self.worker = worker
    self.resources = resources
    self.orders = orders
    self.reports = reports
    self.balancer = balancer
    closeMailbox = orders[worker].open(on: loop) { [unowned self] order in didReceive(order) }
  }

  private func close() {
    server?.close()
    closeMailbox()
  }

  private func didReceive(_ order: WorkerOrder) {
    let before = resources.readMeter()
    defer { cost.add(resources.readMeter().since(before)) }
    do {
      try obey(order, before)
    } catch {
      answer(.failed("\(error)"))
    }
  }

  private func obey(_ order: WorkerOrder, _ meter: MeterReading) throws {
    switch order {
    case .configure(let configuration, let contexts):
      let handoff = ConnectionHandoff(
        worker: worker, choose: { [balancer] in balancer.choose() },
        handOver: { [orders] fd, other in orders[other].post(.take(fd: fd)) },
        didLoseConnection: { [balancer, worker] in balancer.didLose(worker: worker) })
      let server = try NodeServer(
        loop: loop, configuration: configuration, counters: resources.counters, contexts: contexts, handoff: handoff,
        transports: resources.transports, spans: resources.spans)
      server.delegate = self
      self.server = server
      answer(.listening(port: try server.listen()))
    case .connect(let callees, let wiring):
      self.wiring = wiring
      try server?.connect(callees)
    case .replace(let service, let contexts, let assumedPropagator, let callees, let wiring):
      self.wiring = wiring
      isReplacing = true
      try server?.replace(
        service, assumedPropagator: assumedPropagator, callees: callees, contexts: contexts)
    case .command(let command): obey(command, meter)
    case .take(let fd):
      guard let server else {
        Glibc.close(fd)
        return balancer.didLose(worker: worker)
      }
      server.take(fd)
    case .drain(let nanoseconds):
      guard let server else { return reports.post(.drained(isComplete: true)) }
      server.drain(within: nanoseconds) { [reports] in reports.post(.drained(isComplete: $0)) }
    case .stop: loop.stop()
    }
  }

  private func obey(_ command: NodeCommand, _ meter: MeterReading) {
    switch command {
    case .counting(let isOn):
      server?.isCounting = isOn
      answer(.countingSet)
    case .clockStages(let isOn): answer(.stages(server?.clockStages(isOn) ?? StageSums()))
    case .readLive(let token): answer(.live(server?.liveFigures(token: token) ?? LiveFigures(token: token)))
    case .readMeter(let token):
      var reading = meter.since(cost)
      reading.token = token
      answer(.meter(reading))
    case .startProfile(let order):
      let profile = ProfileOrders(resources.profiler, readMeter: resources.readMeter)
      self.profile = profile
      reports.post(.profile(profile.start(order)))
    case .stopProfile: profile?.stop().forEach { reports.post(.profile($0)) }
    case .readEdges: answer(.edges(server?.edgeRoundTrips ?? []))
    case .configure, .connect, .replaceService, .stop, .readWindow, .ping:
      preconditionFailure("an order to the whole node came to a worker")
    }
  }

  private func answer(_ report: NodeReport) { reports.post(.answer(report, worker: worker)) }

  // MARK: Server

  func serverDidConnect(_ server: NodeServer) {
    reports.post(.wired(isReplacing ? .replaced : .connected, worker: worker, wiring: wiring))
    isReplacing = false
  }

  func server(_ server: NodeServer, didCloseConnectionFor reason: String) {
    reports.post(.closedConnection(reason: reason))
  }

  func server(_ server: NodeServer, didLoseCallee name: String, reason: String) {
    reports.post(.lostCallee(name, reason: reason))
  }

  func server(_ server: NodeServer, didReachCallee name: String) { reports.post(.reachedCallee(name)) }

  func server(_ server: NodeServer, cannotAcceptFor reason: String) { reports.post(.cannotAccept(reason: reason)) }
}

/// What a worker gets for itself.
struct WorkerResources: Sendable {
  /// Of its page: a pointer may not go to another thread, a number may. Nobody else in this process uses the page.
  private let countersAddress: UInt
  /// Of its ring of spans, as above; 0 for none.
  private let spansAddress: UInt
  /// Of the calling thread.
  let readMeter: @Sendable () -> MeterReading
  let profiler: NodeProfiler?
  let transports: [Transport]

  init(
    counters: UnsafeMutablePointer<CounterPage>, spans: UnsafeMutableRawPointer?,
    readMeter: @escaping @Sendable () -> MeterReading, profiler: NodeProfiler?, transports: [Transport]
  ) {
    spansAddress = UInt(bitPattern: spans)
    countersAddress = UInt(bitPattern: counters)
    self.readMeter = readMeter
    self.profiler = profiler
    self.transports = transports
  }

  var spans: SpanRing? { UnsafeMutableRawPointer(bitPattern: spansAddress).map { SpanRing(at: $0) } }

  var counters: UnsafeMutablePointer<CounterPage> { UnsafeMutablePointer(bitPattern: countersAddress)! }
}
