// A node without a launcher: its configuration from a file, its end by a signal. What an orchestrator would start. A launcher
// elsewhere may drive it over TCP.

package import Control
internal import EventLoop
internal import FoundationEssentials
internal import Glibc
internal import ProcessFigures
internal import Topology
internal import TransportCore

/// What `ctxchain node --config FILE` reads.
package struct NodeDocument: Codable, Sendable {
  package let configuration: NodeConfiguration
  /// Addresses may be host names.
  package let callees: [CalleeAddresses]
  /// `HOST:PORT` where launchers on other machines reach it; nil: none does.
  package let control: String?

  /// Bytes of a configuration.
  package static let sizeMax = 16 << 20

  package static func load(path: String) throws(NodeError) -> NodeDocument {
    do {
      let data = try Data(contentsOf: URL(filePath: path))
      guard data.count <= sizeMax else { throw NodeError.badConfiguration("over \(sizeMax) bytes") }
      return try JSONDecoder().decode(NodeDocument.self, from: data)
    } catch let error as NodeError {
      throw error
    } catch let error as DecodingError {
      throw .badConfiguration(describe(error))
    } catch {
      throw .badConfiguration("cannot be read")
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): "\(path(context)): no \"\(key.stringValue)\""
    case .typeMismatch(let type, let context): "\(path(context)): expected \(type)"
    case .valueNotFound(let type, let context): "\(path(context)): expected \(type), got null"
    case .dataCorrupted(let context): "\(path(context)): \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    context.codingPath.isEmpty ? "document" : context.codingPath.map(\.stringValue).joined(separator: ".")
  }
}

package final class StandaloneNode {
  /// Nanoseconds that requests have to be finished after the signal to end.
  private static let graceTime: Int64 = 10_000_000_000

  private let loop: EventLoop
  private let orders: NodeOrders
  private let document: NodeDocument
  private let counters: UnsafeMutableRawPointer
  private var control: ControlListener?
  private var signals: [SignalSource] = []
  private var status: Int32 = 0
  /// It serves: what fails from here on is the order that asked for it.
  private var isServing = false
  package private(set) var port: UInt16 = 0
  /// Of each worker; they last as long as the process.
  package let pages: [UnsafeMutablePointer<CounterPage>]

  /// - Parameters:
  ///   - control: nil: no launcher drives it.
  ///   - readMeter: the calling thread's allocation and system-call counts.
  package init(
    _ document: NodeDocument, control plan: ControlPlan? = nil, readMeter: @escaping @Sendable () -> MeterReading
  ) throws {
    self.document = document
    loop = try EventLoop()
    let workerCount = document.configuration.service.workers
    let size = workerCount * CounterPage.size
    counters = .allocate(byteCount: size, alignment: CounterPage.size)
    counters.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    pages = CounterPage.pages(at: counters, count: workerCount)
    orders = NodeOrders(
      loop: loop, counters: pages, readMeter: readMeter, profiler: nil, transports: Transport.all)
    orders.didAnswer = { [unowned self] report in didAnswer(report) }
    orders.didReadWindow = { [unowned self] line in self.control?.send(line) }
    try orders.obey(.configure(document.configuration))
    // Several workers answer from their threads.
    _ = loop.run { port != 0 || status != 0 }
    guard status == 0 else { throw NodeError.badConfiguration("its workers cannot start") }
    try orders.obey(.connect(document.callees))
    isServing = true
    if let plan { try listen(plan) }
    for number in [SIGINT, SIGTERM] {
      signals.append(
        SignalSource(loop: loop, signal: number) { [unowned self] in didReceive(signal: number) })
    }
  }

  /// Where launchers reach it; 0: nowhere.
  package var controlPort: UInt16 { control?.port ?? 0 }

  private func listen(_ plan: ControlPlan) throws {
    let configuration = document.configuration
    let identity = NodeIdentity(
      version: plan.version, service: configuration.service.name, layer: configuration.layer,
      replica: configuration.replica, port: port, workers: configuration.service.workers, process: .own())
    let control = try ControlListener(loop: loop, plan: plan) { identity }
    control.didReceive = { [unowned self] line in obey(line) }
    control.didChange = { [unowned self] address, isThere in
      orders.log?.launcher(address, isThere: isThere)
      if !isThere { orders.forgetMeasuring() }
    }
    self.control = control
  }

  private func obey(_ line: UnsafeRawBufferPointer) {
    do {
      try orders.didReceive(line) { $0.mayComeFromElsewhere }
    } catch {
      control?.send(ControlCodec.encode(NodeReport.failed("\(error)")))
    }
  }

  private func didAnswer(_ report: NodeReport) {
    switch report {
    case .listening(let port): self.port = port
    case .failed(let reason) where !isServing: didFail(reason)
    default: control?.send(ControlCodec.encode(report))
    }
  }

  private func didFail(_ reason: String) {
    orders.log?.failed(reason)
    status = 1
    loop.stop()
  }

  /// The first lets the node finish what it has, the second ends it at once.
  private func didReceive(signal number: Int32) {
    if status != 0 { return loop.stop() }
    status = 128 + number
    control?.close()
    let loop = loop
    let end = { [unowned self] (isComplete: Bool) in
      // Whoever asked it to end has got what he asked for.
      if isComplete { status = 0 }
      loop.stop()
    }
    orders.server?.drain(within: StandaloneNode.graceTime, then: end)
    orders.workers?.drain(within: StandaloneNode.graceTime, then: end)
  }

  /// Serves until SIGINT or SIGTERM; returns the exit status.
  package func run() -> Int32 {
    loop.run()
    control?.close()
    orders.server?.close()
    orders.workers?.stop()
    return status
  }
}

extension NodeCommand {
  /// A launcher that did not start the node may not end it, nor say anew where it listens.
  fileprivate var mayComeFromElsewhere: Bool {
    switch self {
    case .configure, .connect, .startProfile, .stopProfile, .stop: false
    case .replaceService, .counting, .clockStages, .readLive, .readMeter, .readWindow, .readEdges, .ping: true
    }
  }
}
