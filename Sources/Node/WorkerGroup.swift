// All workers of a node that has several, seen from the main thread: orders go to each, and their answers become one.

internal import Context
internal import Control
internal import EventLoop
internal import Topology
internal import Spans
internal import TransportCore

/// On the main thread. Answers come in the order of the orders, each once, when every worker has answered.
final class WorkerGroup {
  private let workerCount: Int
  private let configuration: NodeConfiguration
  private let log: NodeLog
  private let orders: [Mailbox<WorkerOrder>]
  private var threads: [WorkerThread] = []
  /// Of each worker, in order, those that wait for other workers.
  private var answers: [[NodeReport]]
  private var contexts: NodeContexts
  /// Of the latest order to connect or to replace, and the workers whose edges are all connected.
  private var wiring = 0
  private var wired: Set<Int> = []
  private var isListening = false
  private let didAnswer: (NodeReport) -> Void
  private var didDrain: (_ isComplete: Bool) -> Void = { _ in }
  private var closeReports: () -> Void = {}

  /// - Parameters:
  ///   - pages: as many as the service has workers.
  ///   - readMeter: the counts of the calling thread.
  ///   - didAnswer: gets what the launcher would.
  init(
    loop: EventLoop, configuration: NodeConfiguration, pages: [UnsafeMutablePointer<CounterPage>],
    spans: [SpanRing] = [], readMeter: @escaping @Sendable () -> MeterReading, profiler: NodeProfiler?,
    transports: [Transport] = Transport.all, didAnswer: @escaping (NodeReport) -> Void
  ) throws {
    self.configuration = configuration
    self.didAnswer = didAnswer
    workerCount = configuration.service.workers
    precondition(pages.count == workerCount, "a page of counters for each worker")
    log = NodeLog(configuration)
    contexts = try NodeContexts(configuration.service)
    answers = Array(repeating: [], count: workerCount)
    let orders = try (0..<workerCount).map { _ in try Mailbox<WorkerOrder>() }
    self.orders = orders
    let reports = try Mailbox<WorkerReport>()
    let balancer = ConnectionBalancer(workerCount: workerCount)
    closeReports = reports.open(on: loop) { [unowned self] report in didReceive(report) }
    for (worker, page) in pages.enumerated() {
      let resources = WorkerResources(
        counters: page, spans: worker < spans.count ? spans[worker].memory : nil, readMeter: readMeter,
        profiler: profiler, transports: transports)
      threads.append(
        try WorkerThread(name: "\(configuration.service.name)/\(worker)") {
          NodeWorker.run(worker: worker, resources: resources, orders: orders, reports: reports, balancer: balancer)
        })
    }
    // The first takes the port, which the others then share.
    orders[0].post(.configure(configuration, contexts))
  }

  /// `configure` is done by `init`.
  func obey(_ command: NodeCommand) throws {
    switch command {
    case .configure: preconditionFailure("the workers are configured once")
    case .connect(let callees):
      beginWiring()
      post(.connect(callees, wiring: wiring))
    case .replaceService(let service, let assumedPropagator, let callees):
      contexts = try NodeContexts(service)
      beginWiring()
      post(.replace(service, contexts, assumedPropagator: assumedPropagator, callees: callees, wiring: wiring))
    // A process samples one thread: the first worker stands for all.
    case .startProfile, .stopProfile: orders[0].post(.command(command))
    case .counting, .clockStages, .readMeter, .readLive, .readEdges: post(.command(command))
    case .stop: stop()
    case .readWindow, .ping: preconditionFailure("the main thread answers by itself")
    }
  }

  /// Lets every worker finish what it has, and then calls `didEnd`, with true when all have.
  func drain(within nanoseconds: Int64, then didEnd: @escaping (_ isComplete: Bool) -> Void) {
    var (leftCount, areComplete) = (workerCount, true)
    didDrain = { isComplete in
      leftCount -= 1
      areComplete = areComplete && isComplete
      if leftCount == 0 { didEnd(areComplete) }
    }
    post(.drain(within: nanoseconds))
  }

  /// Returns when every worker has ended.
  func stop() {
    post(.stop)
    threads.forEach { $0.join() }
    threads = []
    closeReports()
    closeReports = {}
  }

  /// What workers still say of the order before is of no use.
  private func beginWiring() {
    wiring += 1
    wired = []
  }

  private func post(_ order: WorkerOrder) { orders.forEach { $0.post(order) } }

  private func didReceive(_ report: WorkerReport) {
    switch report {
    case .profile(let report): didAnswer(report)
    case .closedConnection(let reason): log.closedConnection(reason: reason)
    case .lostCallee(let name, let reason): log.lostCallee(name, reason: reason)
    case .drained(let isComplete): didDrain(isComplete)
    case .reachedCallee(let name): log.reachedCallee(name)
    case .cannotAccept(let reason): log.cannotAccept(reason: reason)
    case .answer(.listening(let port), worker: 0) where !isListening:
      isListening = true
      answers[0].append(.listening(port: port))
      var shared = configuration
      shared.port = port
      orders.dropFirst().forEach { $0.post(.configure(shared, contexts)) }
    case .wired(let report, let worker, let wiring):
      guard wiring == self.wiring else { return }
      wired.insert(worker)
      if wired.count == workerCount { didAnswer(report) }
    case .answer(.failed(let reason), _): didAnswer(.failed(reason))
    case .answer(let report, let worker):
      answers[worker].append(report)
      if answers.allSatisfy({ !$0.isEmpty }) {
        didAnswer(WorkerGroup.merged((0..<workerCount).map { answers[$0].removeFirst() }))
      }
    }
  }

  /// What the node says when its workers have said this.
  static func merged(_ reports: [NodeReport]) -> NodeReport {
    var result = reports[0]
    for report in reports.dropFirst() {
      switch (result, report) {
      case (.meter(var sum), .meter(let other)):
        sum.add(other)
        result = .meter(sum)
      case (.live(var sum), .live(let other)):
        sum.add(other)
        result = .live(sum)
      case (.edges(let list), .edges(let other)): result = .edges(list.merging(other))
      case (.stages(var sum), .stages(let other)):
        sum.add(other)
        result = .stages(sum)
      default: break
      }
    }
    return result
  }
}
