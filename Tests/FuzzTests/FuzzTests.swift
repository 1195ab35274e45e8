// Random and mutated frames against everything that reads received bytes. The seed is printed; CTXCHAIN_FUZZ_SEED and
// CTXCHAIN_FUZZ_FRAMES override seed and amount.

import Bytes
import Context
import Control
import EventLoop
import Foundation
import Gateway
import Node
import Propagation
import Statistics
import Testing
import Topology
import TransportCore
import TransportFrame

@Suite("Fuzz")
struct FuzzTests {
  static let seed = ProcessInfo.processInfo.environment["CTXCHAIN_FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_261_123
  static let frameCount = ProcessInfo.processInfo.environment["CTXCHAIN_FUZZ_FRAMES"].flatMap { Int($0) } ?? 20_000

  /// Half of the frames through the decoder and every extractor, a quarter each through a living node and through one
  /// that passes requests on.
  @Test("The decoder and every extractor survive random and mutated frames, and never read outside them")
  func decoders() {
    print("fuzz seed \(FuzzTests.seed), \(FuzzTests.frameCount) frames")
    var frames = HostileFrames(seed: FuzzTests.seed)
    let propagators = PropagatorRegistry.names.compactMap { PropagatorRegistry.resolve($0) }
    #expect(propagators.count == PropagatorRegistry.names.count)
    let contexts = StoreKind.allCases.map { $0.makeContext() }
    var (wholeCount, invalidCount, shortCount) = (0, 0, 0)
    for index in 0..<FuzzTests.frameCount / 2 {
      let bytes = frames.next()
      // An exact heap block: a sanitizer sees the first byte outside.
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
      defer { block.deallocate() }
      block.copyBytes(from: bytes)
      switch Frame.decode(UnsafeRawBufferPointer(block)) {
      case .needsMore: shortCount += 1
      case .invalid: invalidCount += 1
      case .frame(let frame):
        wholeCount += 1
        #expect(frame.size <= bytes.count)
        let context = contexts[index % contexts.count]
        for propagator in propagators {
          context.reset()
          _ = propagator.extract(frame, into: context)
          context.detach()
          _ = ContextSnapshot(of: context)
        }
        _ = FrameHello(frame)
        ViewRecords.forEach(frame.context) { _, _ in }
      }
    }
    #expect(wholeCount > 0 && invalidCount > 0 && shortCount > 0)
  }

  @Test("A gateway does with random and mutated fields what it declares, and never reads outside them")
  func gateway() {
    let rules = GatewayRules(
      required: [FieldRule(field: "baggage", target: "note", pattern: ".{0,200}")],
      optional: [FieldRule(field: "traceparent", target: "trace-id", pattern: "[0-9a-f-]+")],
      rejected: [RejectedField(field: "x-b3-flags", pattern: "1")],
      mappings: [
        FieldMapping(source: "b3", target: "plan", when: FieldCondition(field: "tracestate", absent: true)),
        FieldMapping(source: "x-b3-sampled", target: "user", when: FieldCondition(field: "b3", matches: "[^-]*")),
      ])
    let gateway = Gateway(rules)
    var frames = HostileFrames(seed: FuzzTests.seed &+ 6)
    let contexts = StoreKind.allCases.filter { $0 != .none }.map { $0.makeContext() }
    var (refusedCount, cleanedCount) = (0, 0)
    for index in 0..<FuzzTests.frameCount / 4 {
      let bytes = frames.next()
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
      defer { block.deallocate() }
      block.copyBytes(from: bytes)
      guard case .frame(let frame) = Frame.decode(UnsafeRawBufferPointer(block)) else { continue }
      let context = contexts[index % contexts.count]
      context.reset()
      let outcome = gateway.clean(message: frame.message, into: context)
      context.detach()
      var fields: [(name: String, value: [UInt8])] = []
      frame.forEachField { (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in
        fields.append((String(decoding: name, as: UTF8.self), Array(value)))
      }
      switch rules.declared(fields) {
      case .failure(let refusal):
        refusedCount += 1
        #expect(outcome.refusal == refusal.reason, "\(fields)")
      case .success(let snapshot):
        cleanedCount += 1
        #expect(outcome.refusal == nil && ContextSnapshot(of: context) == snapshot, "\(fields)")
      }
    }
    #expect(refusedCount > 0 && cleanedCount > 0)
  }

  @Test(
    "A node closes what is no frame, counts it, and goes on answering everybody else",
    arguments: [false, true])
  func node(passesOn: Bool) throws {
    var frames = HostileFrames(seed: FuzzTests.seed &+ (passesOn ? 3 : 1))
    var random = SeededGenerator(seed: FuzzTests.seed &+ 2)
    let leaf = try FuzzedNode()
    let node = passesOn ? try FuzzedNode(calling: leaf) : leaf
    defer {
      node.close()
      leaf.close()
    }
    let friend = try node.connect(propagator: "packed")
    defer { friend.close() }
    try #require(node.turnUntil { friend.helloCount == 1 })
    var sent = 0
    while sent < FuzzTests.frameCount / 4 {
      let propagator = PropagatorRegistry.names[random.next(below: PropagatorRegistry.names.count)]
      let foe = try node.connect(propagator: random.next(below: 10) == 0 ? nil : propagator)
      for _ in 0..<(1 + random.next(below: 40)) {
        foe.send(frames.next())
        sent += 1
      }
      foe.close(flushing: true)
      friend.send(FuzzedNode.request)
      let expected = friend.responseCount + 1
      try #require(node.turnUntil { friend.responseCount == expected }, "no answer after \(sent) frames")
    }
    let counters = node.counters.pointee
    #expect(counters.faults > 0)
    #expect(counters.faultsByReason.indices.reduce(UInt64(0)) { $0 + counters.faultsByReason[$1] } == counters.faults)
    try #require(node.turnUntil { node.counters.pointee.open == 0 })
  }

  @Test("A node survives a callee that answers with random and mutated frames, and answers its caller each time")
  func callee() throws {
    var frames = HostileFrames(seed: FuzzTests.seed &+ 4)
    var random = SeededGenerator(seed: FuzzTests.seed &+ 5)
    for _ in 0..<max(10, FuzzTests.frameCount / 2_000) {
      let callee = try HostileCallee()
      let node = try FuzzedNode(loop: callee.loop, calling: callee.port)
      defer {
        node.close()
        callee.close()
      }
      let friend = try node.connect(propagator: "packed")
      defer { friend.close() }
      try #require(node.turnUntil { friend.helloCount == 1 && callee.peers.contains { $0.helloCount == 1 } })
      for _ in 0..<64 { friend.send(FuzzedNode.requestWithHops) }
      try #require(node.turnUntil { node.counters.pointee.deliveries == 64 })
      for _ in 0..<32 {
        // Ids that are under way, often.
        var bytes = frames.next()
        if bytes.count > 16, random.next(below: 2) == 0 {
          bytes.replaceSubrange(8..<16, with: [UInt8(random.next(below: 64)), 0, 0, 0, 0, 0, 0, 0])
        }
        callee.peers[0].send(bytes)
      }
      callee.peers[0].close(flushing: true)
      try #require(node.turnUntil { node.counters.pointee.open == 0 })
    }
  }
}

/// Frames that are random, or whole ones with some bytes changed, cut or doubled.
struct HostileFrames {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func next() -> [UInt8] {
    if random.next(below: 10) == 0 { return randomBytes(random.next(below: 200)) }
    var bytes = wholeFrame()
    for _ in 0..<random.next(below: 4) where !bytes.isEmpty {
      let position = random.next(below: bytes.count)
      switch random.next(below: 5) {
      case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes[position] ^= 1 << UInt8(random.next(below: 8))
      case 2: bytes.removeLast(bytes.count - position)
      case 3: bytes.insert(contentsOf: bytes[position...].prefix(random.next(below: 16)), at: position)
      default: bytes[random.next(below: min(bytes.count, 32))] = [0, 1, 0x7f, 0x80, 0xff][random.next(below: 5)]
      }
    }
    return bytes
  }

  private mutating func wholeFrame() -> [UInt8] {
    let names = PropagatorRegistry.names
    let propagator = PropagatorRegistry.resolve(names[random.next(below: names.count)])!
    let context = PackedContext()
    context.setSpanContext(
      SpanContext(traceIDHigh: random.next(), traceIDLow: random.next() | 1, spanID: random.next() | 1, flags: 1))
    Array("0123456789abcdef".utf8.prefix(random.next(below: 17))).withUnsafeBytes {
      context.setText(.requestID, $0.bytes)
    }
    context.setInteger(.user, Int64(bitPattern: random.next()))
    for _ in 0..<random.next(below: 4) {
      let text = randomBytes(8).map { $0 & 0x7f }
      Array("k\(random.next(below: 9))".utf8).withUnsafeBytes { name in
        text.withUnsafeBytes { context.setEntry(name: name.bytes, text: $0.bytes) }
      }
    }
    let buffer = ByteBuffer(capacity: 1024)
    defer { buffer.deallocate() }
    let types: [FrameType] = [.request, .request, .request, .request, .cancel, .response, .error, .goaway, .hello]
    let writer = FrameWriter(
      to: buffer, type: types[random.next(below: types.count)], flags: UInt8(random.next(below: 2)), id: random.next(),
      deadline: UInt32(random.next(below: 1_000_000)), hopsLeft: UInt16(random.next(below: 4)))
    propagator.inject(context, intoMessage: writer.message)
    writer.finish(payloadSize: random.next(below: 256))
    return Array(buffer.readable)
  }

  private mutating func randomBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }
}

/// A node, of a service that answers at once or of one that passes requests on.
final class FuzzedNode: NodeServerDelegate {
  static let request = frame(hopsLeft: 1)
  static let requestWithHops = frame(hopsLeft: 2)

  private static func frame(hopsLeft: UInt16) -> [UInt8] {
    let buffer = ByteBuffer(capacity: 64)
    defer { buffer.deallocate() }
    FrameWriter(to: buffer, type: .request, id: 7, hopsLeft: hopsLeft).finish(payloadSize: 8)
    return Array(buffer.readable)
  }

  let loop: EventLoop
  let counters: UnsafeMutablePointer<CounterPage>
  private let server: NodeServer
  private let port: UInt16

  /// Calls that node, on its loop.
  convenience init(calling callee: FuzzedNode) throws { try self.init(loop: callee.loop, calling: callee.port) }

  /// Calls whoever listens at `calleePort`; without one there is no call.
  init(loop: EventLoop? = nil, calling calleePort: UInt16? = nil) throws {
    self.loop = try loop ?? EventLoop()
    let loop = self.loop
    counters = .allocate(capacity: 1)
    counters.initialize(to: CounterPage())
    let service = Service(
      name: "a", replicas: 1, workers: 1, strategy: "map", store: "map", contextWork: true, keysPerLayer: 3,
      growth: "shadow", responseSize: 16, errorRate: 0,
      script: calleePort == nil ? [] : [.call(FuzzedNode.call)])
    server = try NodeServer(
      loop: loop,
      configuration: NodeConfiguration(
        service: service, layer: 1, replica: 0, host: "127.0.0.1", port: 0, seed: 1),
      counters: counters)
    port = try server.listen()
    server.delegate = self
    try server.connect(
      (calleePort.map { [$0] } ?? []).map {
        CalleeAddresses(service: 0, name: "b", addresses: [ServiceAddress(host: "127.0.0.1", port: $0)])
      })
  }

  private static let call = Call(
    service: 0, payloadSize: 8, timeoutNanoseconds: 0, probability: 1, retries: 0, propagator: "packed",
    transport: "frame", dropsContext: false)

  func connect(propagator: String?) throws -> Peer { try Peer(loop: loop, port: port, propagator: propagator) }

  /// Turns the loop until the condition holds; false after far too many turns.
  func turnUntil(_ condition: () -> Bool) -> Bool {
    for _ in 0..<100_000 {
      if condition() { return true }
      _ = loop.turn()
    }
    return condition()
  }

  func close() {
    server.close()
    _ = counters
  }

  deinit { counters.deallocate() }

  func serverDidConnect(_ server: NodeServer) {}
  func server(_ server: NodeServer, didCloseConnectionFor reason: String) {}
  func server(_ server: NodeServer, didLoseCallee name: String, reason: String) {}
}

/// Listens as a callee does, and says whatever a test wants.
final class HostileCallee {
  let loop: EventLoop
  private var listener: Listener!
  private(set) var peers: [Peer] = []

  init() throws {
    loop = try EventLoop()
    listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { [unowned self] fd in
      peers.append(Peer(loop: loop, fd: fd))
    }
  }

  var port: UInt16 { listener.port }

  func close() {
    listener.close()
    peers.forEach { $0.close() }
  }
}

/// One connection of a node, to a friend or a foe.
final class Peer: ConnectionDelegate {
  private let connection: Connection
  private(set) var helloCount = 0
  private(set) var responseCount = 0

  init(loop: EventLoop, port: UInt16, propagator: String?) throws {
    connection = try Connection(loop: loop, host: "127.0.0.1", port: port)
    connection.start(delegate: self)
    if let propagator { FrameHello(edge: "fuzz>a", propagator: propagator).write(to: connection.output) }
    connection.send()
  }

  /// The node's callee: answers its hello.
  init(loop: EventLoop, fd: Int32) {
    connection = Connection(loop: loop, fd: fd)
    connection.start(delegate: self)
    FrameHello(edge: "a>b", propagator: "packed").write(to: connection.output)
    connection.send()
  }

  func send(_ bytes: [UInt8]) {
    guard connection.isOpen else { return }
    bytes.withUnsafeBytes { connection.output.append($0) }
    connection.send()
  }

  /// Closes once what was sent is out, or at once.
  func close(flushing: Bool = false) {
    if flushing {
      for _ in 0..<200 where connection.isOpen && !connection.output.isEmpty { _ = connection.loop.turn() }
    }
    connection.close()
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    var used = 0
    while case .frame(let frame) = Frame.decode(UnsafeRawBufferPointer(rebasing: bytes[used...])) {
      used += frame.size
      if frame.type == .hello { helloCount += 1 }
      if frame.type == .response { responseCount += 1 }
    }
    return used
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {}
}
