// A node of several workers as its launcher and its callers see it: one port, one answer to each order, one table.

import Control
import EventLoop
import Glibc
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

/// A node process of several workers within the test's own, at the other end of a control channel.
private final class WorkerBench: LineChannelDelegate {
  let loop: EventLoop
  let pages: [UnsafeMutablePointer<CounterPage>]
  private let memory: UnsafeMutableRawPointer
  private(set) var node: NodeProcess!
  private var channel: LineChannel!
  private(set) var reports: [NodeReport] = []
  private(set) var port: UInt16 = 0
  private var callers: [FrameClient] = []

  init(workers: Int, store: String = "packed", script: [Step] = [], callees: [CalleeAddresses] = []) throws {
    loop = try makeLoop()
    memory = .allocate(byteCount: workers * CounterPage.size, alignment: CounterPage.size)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: workers * CounterPage.size)
    pages = CounterPage.pages(at: memory, count: workers)
    var fds: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &fds) == 0)
    channel = LineChannel(loop: loop, fd: fds[0], delegate: self)
    node = NodeProcess(
      loop: loop, controlFD: fds[1], counters: pages,
      readMeter: { MeterReading(allocations: 7, allocatedSize: 70, systemCalls: 700, method: "test") })
    let service = Service(
      name: "middle", replicas: 1, workers: workers, strategy: "custom", store: store, contextWork: true,
      keysPerLayer: 3, growth: "shadow", responseSize: 8, errorRate: 0, script: script)
    order(
      .configure(NodeConfiguration(service: service, layer: 1, replica: 0, host: "127.0.0.1", port: 0, seed: 7)))
    if case .listening(let port)? = try answer() { self.port = port }
    try #require(port != 0, "it does not listen")
    order(.connect(callees))
    #expect(try answer() == .connected)
  }

  deinit {
    callers.forEach { $0.close() }
    memory.deallocate()
  }

  func order(_ command: NodeCommand) { channel.send(ControlCodec.encode(command)) }

  /// The next report.
  func answer() throws -> NodeReport? {
    #expect(loop.turn { !reports.isEmpty })
    return reports.isEmpty ? nil : reports.removeFirst()
  }

  /// A caller that has exchanged its hello.
  func connect() throws -> FrameClient {
    let caller = try FrameClient(loop: loop, port: port)
    callers.append(caller)
    caller.send(.hello(propagator: "packed"))
    #expect(loop.turn { caller.received.contains { $0.type == .hello } })
    return caller
  }

  /// Ends every worker: until then they use the pages.
  @discardableResult
  func stop() -> Int32 {
    order(.stop)
    defer { channel.close() }
    return node.run()
  }

  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    reports.append(ControlCodec.decode(NodeReport.self, from: line) ?? .failed("no report"))
  }

  func channelDidClose(_ channel: LineChannel) {}
}

@Suite("A node of several workers", .serialized)
struct WorkerTests {
  @Test("gives each worker as many connections as the others", arguments: [(2, 8), (3, 12), (4, 16)])
  func spread(workers: Int, connections: Int) throws {
    let bench = try WorkerBench(workers: workers)
    defer { bench.stop() }
    let callers = try (0..<connections).map { _ in try bench.connect() }
    for caller in callers {
      for id in 1...5 as ClosedRange<UInt64> { caller.send(.request(id: id, hopsLeft: 1)) }
    }
    #expect(bench.loop.turn { callers.allSatisfy { $0.replies.count == 5 } })
    #expect(
      bench.pages.map(\.pointee.deliveries) == Array(repeating: UInt64(connections / workers * 5), count: workers))
    #expect(CounterPage.sum(bench.pages.map(\.pointee)).open == 0)
  }

  @Test("gives a new connection to the worker that has lost the most")
  func shares() {
    let shares = ConnectionBalancer(workerCount: 3)
    #expect((0..<6).map { _ in shares.choose() } == [0, 1, 2, 0, 1, 2])
    shares.didLose(worker: 2)
    shares.didLose(worker: 2)
    shares.didLose(worker: 0)
    #expect((0..<4).map { _ in shares.choose() } == [2, 0, 2, 0])
  }

  @Test("counts every field of its page over its workers, and every field since an earlier reading")
  func everyCounter() {
    func page(_ value: UInt64) -> CounterPage {
      var page = CounterPage()
      withUnsafeMutableBytes(of: &page) { $0.bindMemory(to: UInt64.self).update(repeating: value) }
      return page
    }
    func words(_ page: CounterPage) -> [UInt64] {
      withUnsafeBytes(of: page) { Array($0.bindMemory(to: UInt64.self)) }
    }
    var sum = CounterPage.sum([page(3), page(5)])
    #expect(sum.echoDeadline == 5 && sum.stopDurationMax == 5)
    (sum.echoDeadline, sum.stopDurationMax) = (8, 8)
    #expect(words(sum).allSatisfy { $0 == 8 })
    #expect(words(page(7).since(page(3))).allSatisfy { $0 == 4 })
    #expect(MemoryLayout<CounterPage>.size == MemoryLayout<CounterPage>.stride)
    #expect(MemoryLayout<CounterPage>.size <= CounterPage.size)
    // A reason's place is its number.
    #expect(TransportFault.allCases.allSatisfy { CounterPage().faultsByReason.indices.contains(Int($0.rawValue)) })
  }

  @Test("gives up what a caller cancels, in whichever worker it is", arguments: ["packed", "sharded-map"])
  func cancel(store: String) throws {
    let bench = try WorkerBench(workers: 2, store: store, script: [.sleep(.fixed(nanoseconds: 3_600_000_000_000))])
    defer { bench.stop() }
    let callers = try (0..<4).map { _ in try bench.connect() }
    func sum() -> CounterPage { CounterPage.sum(bench.pages.map(\.pointee)) }
    for caller in callers { caller.send(.request(id: 1)) }
    // The loop of this thread hears nothing of it: it looks again and again.
    for _ in 0..<3_000 where sum().deliveries < 4 { bench.loop.turn(for: 10_000_000) }
    #expect(sum().deliveries == 4)
    for caller in callers.prefix(2) { caller.send(.cancel(id: 1)) }
    callers[2].close()
    for _ in 0..<3_000 where sum().cancelled < 3 { bench.loop.turn(for: 10_000_000) }
    #expect(sum().cancelled == 3 && sum().open == 1)
    #expect(bench.pages.map(\.pointee.cancelled).max()! <= 2)
  }

  @Test("answers each order once, with the sums of its workers")
  func orders() throws {
    let bench = try WorkerBench(workers: 3)
    defer { bench.stop() }
    bench.order(.counting(true))
    #expect(try bench.answer() == .countingSet)
    bench.order(.readMeter(token: 5))
    // Each worker reads its own thread: orders themselves cost nothing here, where every reading is the same.
    #expect(
      try bench.answer()
        == .meter(MeterReading(token: 5, allocations: 21, allocatedSize: 210, systemCalls: 2_100, method: "test")))
    bench.order(.clockStages(true))
    _ = try bench.answer()
    let callers = try (0..<3).map { _ in try bench.connect() }
    for caller in callers { caller.send(.request(id: 1, hopsLeft: 1, flags: 2)) }
    #expect(bench.loop.turn { callers.allSatisfy { $0.replies.count == 1 } })
    bench.order(.clockStages(false))
    var sums = StageSums()
    if case .stages(let answer)? = try bench.answer() { sums = answer }
    #expect(sums.requests == 3)
    #expect(bench.reports.isEmpty)
  }

  @Test("takes on another store with all its workers", arguments: ["sharded-map", "copy-on-write-map", "value-chain"])
  func replace(store: String) throws {
    let bench = try WorkerBench(workers: 2, store: "locked-map")
    defer { bench.stop() }
    let callers = try (0..<4).map { _ in try bench.connect() }
    func exchange(_ id: UInt64) {
      let image = PackedImageBytes.image(entryCount: 1, valueSize: 3, byte: 0x61)
      for caller in callers { caller.send(.request(id: id, hopsLeft: 1, context: image)) }
      #expect(bench.loop.turn { callers.allSatisfy { $0.reply(to: id) != nil } })
    }
    exchange(1)
    let before = CounterPage.sum(bench.pages.map(\.pointee)).checksum
    let service = Service(
      name: "middle", replicas: 1, workers: 2, strategy: "custom", store: store, contextWork: true, keysPerLayer: 3,
      growth: "shadow", responseSize: 8, errorRate: 0, script: [])
    bench.order(.replaceService(service))
    #expect(try bench.answer() == .replaced)
    exchange(2)
    // The same contexts were read.
    #expect(CounterPage.sum(bench.pages.map(\.pointee)).checksum == before &* 2)
  }

  @Test("says why it cannot start, and ends")
  func failure() throws {
    let bench = try WorkerBench(workers: 2)
    bench.order(
      .replaceService(
        Service(
          name: "middle", replicas: 1, workers: 2, strategy: "custom", store: "no-store", contextWork: true,
          keysPerLayer: 3, growth: "shadow", responseSize: 8, errorRate: 0, script: [])))
    #expect(try bench.answer() == .failed("unknown store \"no-store\""))
    #expect(bench.stop() == 1)
  }

  @Test("is called over four connections for each of its workers, and over one where it has one")
  func connections() throws {
    let loop = try makeLoop()
    let callees = try (0..<2).map { _ in try FakeCallee(loop: loop) }
    func addresses(_ workers: Int?) -> CalleeAddresses {
      CalleeAddresses(
        service: 0, name: "callee",
        addresses: callees.map { ServiceAddress(host: "127.0.0.1", port: $0.port) }, workers: workers)
    }
    for (workers, expected) in [(nil, 1), (1, 1), (2, 8), (3, 12)] as [(Int?, Int)] {
      #expect(addresses(workers).connectionsPerAddress == expected)
    }
    let page = UnsafeMutablePointer<CounterPage>.allocate(capacity: 1)
    page.initialize(to: CounterPage())
    defer { page.deallocate() }
    let service = Service(
      name: "caller", replicas: 1, workers: 1, strategy: "custom", store: "packed", contextWork: true,
      keysPerLayer: 3, growth: "shadow", responseSize: 8, errorRate: 0, script: [.call(call())])
    let server = try NodeServer(
      loop: loop,
      configuration: NodeConfiguration(service: service, layer: 1, replica: 0, host: "127.0.0.1", port: 0, seed: 7),
      counters: page)
    let port = try server.listen()
    try server.connect([addresses(2)])
    #expect(loop.turn { callees.allSatisfy { $0.connections.count == 8 } })
    let caller = try FrameClient(loop: loop, port: port)
    caller.send(.hello(propagator: "packed"))
    #expect(loop.turn { caller.received.count == 1 })
    for id in 1...32 as ClosedRange<UInt64> { caller.send(.request(id: id)) }
    #expect(loop.turn { callees.allSatisfy { $0.requests.count == 16 } })
    // Round all of them.
    for callee in callees {
      #expect(callee.connections.map { $0.replies.count } == Array(repeating: 2, count: 8))
    }
    caller.close()
    server.close()
    callees.forEach { $0.close() }
  }
}
