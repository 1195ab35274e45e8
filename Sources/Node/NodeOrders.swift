// What a node does when it is told to, whoever tells it: the launcher that started it, or one elsewhere. Never knows where
// orders come from.

internal import CLinux
internal import Control
internal import EventLoop
internal import Glibc
internal import ProcessFigures
internal import Spans
internal import Topology
internal import TransportCore

/// On the main thread, from the configuration on.
final class NodeOrders: NodeServerDelegate {
  private let loop: EventLoop
  private let counters: [UnsafeMutablePointer<CounterPage>]
  private let spans: [SpanRing]
  private let readMeter: @Sendable () -> MeterReading
  private let profiler: NodeProfiler?
  private let transports: [Transport]
  /// The node is held to the memory of its service; nil: whoever started it sees to that.
  private var resources: Resources?
  private let limitsMemory: Bool
  private var profile: ProfileOrders?
  /// Of a node with one worker, which is this thread.
  private(set) var server: NodeServer?
  /// Of a node with several.
  private(set) var workers: WorkerGroup?
  private(set) var log: NodeLog?
  private var isReplacing = false
  /// What orders themselves have cost: left out of every reading, or its bytes would depend on how many digits the
  /// numbers in an order have.
  private var cost = MeterReading()
  /// Nanoseconds of this thread's CPU that they took.
  private var cpuCost: Int64 = 0
  /// Gets every answer.
  var didAnswer: (NodeReport) -> Void = { _ in }
  /// Gets the line of a window.
  var didReadWindow: ([UInt8]) -> Void = { _ in }
  /// It was told to.
  var didStop: () -> Void = {}

  /// - Parameters:
  ///   - counters: a page for each worker, see `NodeServer`.
  ///   - spans: a ring for each worker; none where nobody reads them.
  ///   - readMeter: the calling thread's allocation and system-call counts.
  ///   - profiler: samples the calling thread; without it a profile is refused.
  ///   - transports: those that callers may speak and edges may name.
  ///   - limitsMemory: the node is held to what its service may use.
  init(
    loop: EventLoop, counters: [UnsafeMutablePointer<CounterPage>], spans: [SpanRing] = [],
    readMeter: @escaping @Sendable () -> MeterReading, profiler: NodeProfiler?, transports: [Transport],
    limitsMemory: Bool = false
  ) {
    self.loop = loop
    self.counters = counters
    self.spans = spans
    self.readMeter = readMeter
    self.profiler = profiler
    self.transports = transports
    self.limitsMemory = limitsMemory
  }

  /// - Parameter accepts: whether an order may come from there.
  func didReceive(_ line: UnsafeRawBufferPointer, accepts: (NodeCommand) -> Bool = { _ in true }) throws {
    let (meter, cpu) = (readMeter(), ctx_thread_cpu_nanoseconds())
    defer {
      cost.add(readMeter().since(meter))
      cpuCost += ctx_thread_cpu_nanoseconds() - cpu
    }
    guard let command = ControlCodec.decode(NodeCommand.self, from: line) else { throw NodeError.unknownOrder }
    guard accepts(command) else { throw NodeError.refusedOrder }
    try obey(command, meter, cpu)
  }

  func obey(_ command: NodeCommand) throws { try obey(command, readMeter(), ctx_thread_cpu_nanoseconds()) }

  private func obey(_ command: NodeCommand, _ meter: MeterReading, _ cpu: Int64) throws {
    switch command {
    // Of the whole process, whose pages all threads of it may read.
    case .readWindow(let token, let memory): return didReadWindow(window(token, memory: memory, since: cpu).line)
    case .ping(let token): return didAnswer(.pong(token: token))
    case .stop: return didStop()
    // What it takes to start is there by now, so a limit that is too small for that can be refused.
    case .connect where limitsMemory: try MemoryLimit.set(resources)
    default: break
    }
    if let workers { return try workers.obey(command) }
    switch command {
    case .configure(let configuration): try configure(configuration)
    case .connect(let callees): try server?.connect(callees)
    case .replaceService(let service, let assumedPropagator, let callees):
      isReplacing = true
      try server?.replace(service, assumedPropagator: assumedPropagator, callees: callees)
    case .counting(let isOn):
      server?.isCounting = isOn
      didAnswer(.countingSet)
    case .clockStages(let isOn): didAnswer(.stages(server?.clockStages(isOn) ?? StageSums()))
    case .readLive(let token): didAnswer(.live(server?.liveFigures(token: token) ?? LiveFigures(token: token)))
    case .readMeter(let token):
      var reading = meter.since(cost)
      reading.token = token
      didAnswer(.meter(reading))
    case .readEdges: didAnswer(.edges(server?.edgeRoundTrips ?? []))
    case .startProfile(let order):
      let profile = ProfileOrders(profiler, readMeter: readMeter)
      self.profile = profile
      didAnswer(profile.start(order))
    case .stopProfile: profile?.stop().forEach(didAnswer)
    case .readWindow, .ping, .stop: break
    }
  }

  /// Whoever gave orders is gone: nothing that costs goes on for him.
  func forgetMeasuring() {
    try? obey(.counting(false))
    try? obey(.clockStages(false))
  }

  private func configure(_ configuration: NodeConfiguration) throws {
    resources = configuration.service.resources
    let workerCount = configuration.service.workers
    guard workerCount == 1 || counters.count == workerCount else {
      throw NodeError.badConfiguration("\(counters.count) pages of counters for \(workerCount) workers")
    }
    log = NodeLog(configuration)
    if workerCount > 1 {
      workers = try WorkerGroup(
        loop: loop, configuration: configuration, pages: counters, spans: spans, readMeter: readMeter,
        profiler: profiler,
        transports: transports
      ) { [unowned self] report in didAnswer(report) }
    } else {
      let server = try NodeServer(
        loop: loop, configuration: configuration, counters: counters[0], transports: transports, spans: spans.first)
      server.delegate = self
      self.server = server
      didAnswer(.listening(port: try server.listen()))
    }
  }

  /// - Parameter start: this thread's CPU when the order came.
  private func window(_ token: Int, memory: Bool, since start: Int64) -> NodeWindow {
    let pid = getpid()
    let cpu = ctx_process_cpu_nanoseconds(pid) - cpuCost - (ctx_thread_cpu_nanoseconds() - start)
    var window = NodeWindow(token: token, time: ctx_monotonic_nanoseconds(), cpuNanoseconds: cpu)
    window.pages = counters.map(\.pointee.words)
    window.tasks = TaskFigures(pid: pid, workers: counters.count)
    window.ticks = HostTicks.now()
    if memory { (window.resident, window.proportional) = TaskFigures.memory(pid: pid) }
    return window
  }

  // MARK: Server

  func serverDidConnect(_ server: NodeServer) {
    didAnswer(isReplacing ? .replaced : .connected)
    isReplacing = false
  }

  func server(_ server: NodeServer, didCloseConnectionFor reason: String) { log?.closedConnection(reason: reason) }

  func server(_ server: NodeServer, didLoseCallee name: String, reason: String) {
    log?.lostCallee(name, reason: reason)
  }

  func server(_ server: NodeServer, didReachCallee name: String) { log?.reachedCallee(name) }

  func server(_ server: NodeServer, cannotAcceptFor reason: String) { log?.cannotAccept(reason: reason) }
}
