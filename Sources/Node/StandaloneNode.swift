// A node without a launcher: its configuration from a file, its end by a signal. What an orchestrator would start.

package import Control
internal import EventLoop
internal import FoundationEssentials
internal import Glibc
internal import Topology

/// What `ctxchain node --config FILE` reads.
package struct NodeDocument: Codable, Sendable {
  package let configuration: NodeConfiguration
  /// Addresses may be host names.
  package let callees: [CalleeAddresses]

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

package final class StandaloneNode: NodeServerDelegate {
  /// Nanoseconds that requests have to be finished after the signal to end.
  private static let graceTime: Int64 = 10_000_000_000

  private let loop: EventLoop
  /// Of a node with one worker, which is this thread.
  private var server: NodeServer?
  /// Of a node with several.
  private var workers: WorkerGroup?
  private let log: NodeLog
  private let counters: UnsafeMutableRawPointer
  private var signals: [SignalSource] = []
  private var status: Int32 = 0
  package private(set) var port: UInt16 = 0
  /// Of each worker; they last as long as the process.
  package let pages: [UnsafeMutablePointer<CounterPage>]

  package init(_ document: NodeDocument) throws {
    log = NodeLog(document.configuration)
    loop = try EventLoop()
    let workerCount = document.configuration.service.workers
    let size = workerCount * CounterPage.size
    counters = .allocate(byteCount: size, alignment: CounterPage.size)
    counters.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    pages = CounterPage.pages(at: counters, count: workerCount)
    if workerCount == 1 {
      try start(document, pages[0])
    } else {
      try startWorkers(document, pages)
    }
    for number in [SIGINT, SIGTERM] {
      signals.append(
        SignalSource(loop: loop, signal: number) { [unowned self] in didReceive(signal: number) })
    }
  }

  private func start(_ document: NodeDocument, _ page: UnsafeMutablePointer<CounterPage>) throws {
    let server = try NodeServer(loop: loop, configuration: document.configuration, counters: page)
    self.server = server
    port = try server.listen()
    server.delegate = self
    try server.connect(document.callees)
  }

  /// Returns when all of them listen.
  private func startWorkers(_ document: NodeDocument, _ pages: [UnsafeMutablePointer<CounterPage>]) throws {
    let workers = try WorkerGroup(
      loop: loop, configuration: document.configuration, pages: pages, readMeter: { MeterReading() }, profiler: nil
    ) { [unowned self] report in
      if case .listening(let port) = report { self.port = port }
      if case .failed(let reason) = report { didFail(reason) }
    }
    self.workers = workers
    _ = loop.run { port != 0 || status != 0 }
    guard status == 0 else { throw NodeError.badConfiguration("its workers cannot start") }
    try workers.obey(.connect(document.callees))
  }

  private func didFail(_ reason: String) {
    log.failed(reason)
    status = 1
    loop.stop()
  }

  /// The first lets the node finish what it has, the second ends it at once.
  private func didReceive(signal number: Int32) {
    if status != 0 { return loop.stop() }
    status = 128 + number
    let loop = loop
    let end = { [unowned self] (isComplete: Bool) in
      // Whoever asked it to end has got what he asked for.
      if isComplete { status = 0 }
      loop.stop()
    }
    server?.drain(within: StandaloneNode.graceTime, then: end)
    workers?.drain(within: StandaloneNode.graceTime, then: end)
  }

  /// Serves until SIGINT or SIGTERM; returns the exit status.
  package func run() -> Int32 {
    loop.run()
    server?.close()
    workers?.stop()
    return status
  }

  package func serverDidConnect(_ server: NodeServer) {}

  package func server(_ server: NodeServer, didCloseConnectionFor reason: String) {
    log.closedConnection(reason: reason)
  }

  package func server(_ server: NodeServer, didLoseCallee name: String, reason: String) {
    log.lostCallee(name, reason: reason)
  }

  package func server(_ server: NodeServer, didReachCallee name: String) { log.reachedCallee(name) }

  package func server(_ server: NodeServer, cannotAcceptFor reason: String) { log.cannotAccept(reason: reason) }
}
