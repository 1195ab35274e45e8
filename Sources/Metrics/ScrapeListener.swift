// Connections of scrapers: how many there are, how long each may take, and the text that they get.

internal import EventLoop

/// On the loop of the server's thread.
final class ScrapeListener {
  /// Connections at once; one more closes the one that has been quiet for longest.
  static let connectionCountMax = 32
  /// Nanoseconds from the first byte of a request to its last.
  static let requestTime: Int64 = 5_000_000_000
  /// Nanoseconds until an answer has been read.
  static let answerTime: Int64 = 10_000_000_000
  /// Nanoseconds that a connection may wait for another request.
  static let idleTime: Int64 = 150_000_000_000
  /// Nanoseconds for which a text is given again: however often it is asked for, it is not made more often.
  static let textTime: Int64 = 100_000_000
  private static let sweepTime: Int64 = 500_000_000

  let loop: EventLoop
  private let registry: MetricsRegistry
  private let labels: [MetricLabel]
  private var listener: Listener!
  private var connections: [ScrapeConnection] = []
  private var timer: Timer!
  private var text: [UInt8] = []
  private var textDue = Int64.min

  var port: UInt16 { listener.port }

  init(loop: EventLoop, plan: MetricsPlan, registry: MetricsRegistry) throws(EventLoopError) {
    self.loop = loop
    self.registry = registry
    labels = plan.labels
    listener = try Listener(loop: loop, host: plan.host, port: plan.port) { [unowned self] fd in accept(fd) }
    timer = Timer(loop: loop) { [unowned self] in sweep() }
  }

  func close() {
    listener.close()
    timer.close()
    connections.forEach { $0.close() }
    connections = []
  }

  /// What a scrape gets now.
  func makeText() -> [UInt8] {
    let now = loop.refreshNow()
    if now >= textDue {
      text = registry.text(constants: labels)
      textDue = now + Self.textTime
    }
    return text
  }

  /// Whether what the registry has is ready now.
  func readiness() -> (isReady: Bool, text: String) { registry.readiness() }

  private func accept(_ fd: Int32) {
    let now = loop.refreshNow()
    connections.removeAll { !$0.isOpen }
    if connections.count >= Self.connectionCountMax,
      let oldest = connections.indices.min(by: { connections[$0].activity < connections[$1].activity })
    {
      connections.remove(at: oldest).close()
    }
    if connections.isEmpty { timer.start(after: Self.sweepTime) }
    connections.append(ScrapeConnection(Connection(loop: loop, fd: fd), listener: self, now: now))
  }

  /// Ends what takes too long.
  private func sweep() {
    let now = loop.refreshNow()
    for connection in connections { connection.check(now: now) }
    connections.removeAll { !$0.isOpen }
    if !connections.isEmpty { timer.start(after: Self.sweepTime) }
  }
}
