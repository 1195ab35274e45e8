import Control
import Metrics
import Statistics
import Testing

@Suite("The registry of metrics")
struct RegistryTests {
  private let registry = MetricsRegistry(command: "run", version: "1")

  @Test("A node that is replaced counts on from where the one before it ended")
  func replaced() {
    let (first, second) = (OwnPage(), OwnPage())
    let id = registry.add(.of("a"), callees: [], pages: [first.pointer])
    first.pointer.pointee.deliveries = 10
    #expect(registry.value("ctxchain_deliveries_total") == 10 && registry.value("ctxchain_up") == 1)
    registry.didEnd(id)
    #expect(registry.value("ctxchain_deliveries_total") == 10 && registry.value("ctxchain_up") == 0)
    registry.remove(id)
    #expect(registry.value("ctxchain_deliveries_total") == 10 && registry.value("ctxchain_up") == nil)
    _ = registry.add(.of("a"), callees: [], pages: [second.pointer])
    second.pointer.pointee.deliveries = 5
    #expect(registry.value("ctxchain_deliveries_total") == 15 && registry.value("ctxchain_up") == 1)
  }

  @Test("What a process counts under one strategy stays with it when the process goes on under another")
  func switched() throws {
    let page = OwnPage()
    let id = registry.add(.of("a", strategy: "map"), callees: [], pages: [page.pointer])
    page.pointer.pointee.deliveries = 8
    page.pointer.pointee.stopDurationMax = 3_000_000_000
    registry.change(id, to: .of("a", strategy: "packed"), callees: [])
    page.pointer.pointee.deliveries = 9
    registry.change(id, to: .of("a", strategy: "map"), callees: [])
    page.pointer.pointee.deliveries = 12
    let deliveries = registry.series.filter { $0.key.hasPrefix("ctxchain_deliveries_total") }
    #expect(deliveries.first { $0.key.contains("\"map\"") }?.value == 11)
    #expect(deliveries.first { $0.key.contains("\"packed\"") }?.value == 1)
    let longest = registry.series.filter { $0.key.hasPrefix("ctxchain_stop_seconds_max") }
    #expect(longest.count == 2 && longest.allSatisfy { ($0.value == 3) == $0.key.contains("\"map\"") }, "\(longest)")
    let up = registry.series.filter { $0.key.hasPrefix("ctxchain_up") }
    #expect(up.count == 1 && up.allSatisfy { $0.value == 1 && $0.key.contains("\"map\"") }, "\(up)")
  }

  @Test("Workers and replicas of the same labels are added up, and reasons keep their names")
  func sums() {
    let pages = [OwnPage(), OwnPage()]
    for page in pages {
      page.pointer.pointee.retries = 2
      page.pointer.pointee.extractionDropsByReason[0] = 1
      page.pointer.pointee.countFailedCall(edge: 1)
      page.pointer.pointee.countFailedCall(edge: 1000)
    }
    _ = registry.add(.of("a"), callees: (0..<40).map { "c\($0)" }, pages: pages.map(\.pointer))
    #expect(registry.value("ctxchain_retries_total") == 4)
    let series = registry.series
    #expect(series.first { $0.key.contains("reason=\"malformed-span-context\"") }?.value == 2)
    #expect(series.first { $0.key.contains("callee=\"c1\"") }?.value == 2)
    #expect(series.first { $0.key.contains("callee=\"others\"") }?.value == 2)
    #expect(series.count { $0.key.hasPrefix("ctxchain_failed_calls_total") } == CounterPage.edgeCountMax)
  }

  @Test("A trial under way is seen, and is counted once when it has ended")
  func trials() {
    var progress = TrialProgress()
    progress.ledger.completed = 4
    progress.windowNanoseconds = 500_000_000
    registry.set(running: progress, .closed)
    #expect(registry.value("ctxchain_client_window_seconds_total") == 0.5)
    progress.ledger.completed = 10
    progress.windowNanoseconds = 2_000_000_000
    registry.add(progress, .closed)
    registry.add(progress, .closed)
    #expect(registry.value("ctxchain_client_window_seconds_total") == 4)
    #expect(registry.series.first { $0.key.contains("outcome=\"completed\"") }?.value == 20)
  }

  @Test("However many kinds of trials and nodes there are, the text is bounded, and says that something is missing")
  func bounds() {
    let page = OwnPage()
    for index in 0..<(MetricsRegistry.loadCountMax + 10) {
      var labels = LoadLabels.closed
      labels.depth = index + 1
      registry.add(TrialProgress(), labels)
    }
    for index in 0..<(MetricsRegistry.nodeCountMax + 5) {
      registry.remove(registry.add(.of("s\(index)"), callees: [], pages: [page.pointer]))
    }
    #expect(registry.value("ctxchain_dropped_series_total") == 15)
    let series = registry.series
    #expect(series.count { $0.key.hasPrefix("ctxchain_client_window_seconds_total") } == MetricsRegistry.loadCountMax)
    #expect(series.count { $0.key.hasPrefix("ctxchain_open_requests") } == MetricsRegistry.nodeCountMax)
  }

  @Test("A label of a user's own has a name that Prometheus takes and that is not this program's")
  func labels() {
    for name in ["team", "strategy", "depth", "_x1", "A"] { #expect(MetricLabel(name, "x").problem == nil) }
    for name in ["", "1a", "a-b", "__name__", "service", "le", "é", "a b"] {
      #expect(MetricLabel(name, "x").problem != nil, "\(name)")
    }
    #expect(MetricLabel("a", String(repeating: "x", count: 257)).problem != nil)
  }

  @Test("An address is a host and a port, or a port of this machine's loopback alone")
  func addresses() {
    for (text, host, port) in [
      ("0.0.0.0:9464", "0.0.0.0", UInt16(9464)), (":9464", "127.0.0.1", 9464), ("9464", "127.0.0.1", 9464),
      ("localhost:0", "localhost", 0),
    ] {
      let plan = MetricsPlan(address: text, labels: [])
      #expect(plan?.host == host && plan?.port == port, "\(text)")
    }
    for text in ["", ":", "a:b", "1:2:3", "[::1]:1", "127.0.0.1:65536", "-1", "+1", "127.0.0.1:"] {
      #expect(MetricsPlan(address: text, labels: []) == nil, "\(text)")
    }
  }
}
