// The client as the launcher uses it: orders over a control channel, an entry on a real socket, all on one loop.

import Bytes
import Control
import EventLoop
import Glibc
import LoadClient
import Statistics
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

/// An entry that answers every request with its own context as the view of a service `a`.
private final class EchoEntry: ConnectionDelegate {
  private let loop: EventLoop
  private(set) var listener: Listener!
  private(set) var connections: [Connection] = []
  private(set) var requestCount = 0
  private(set) var cancelCount = 0
  private(set) var propagators: [String] = []
  var isSilent = false

  init(loop: EventLoop) throws {
    self.loop = loop
    listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { [unowned self] fd in
      connections.append(Connection(loop: loop, fd: fd, delegate: self))
    }
  }

  func close() {
    listener.close()
    connections.forEach { $0.close() }
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    var used = 0
    while case .frame(let frame) = Frame.decode(UnsafeRawBufferPointer(rebasing: bytes[used...])) {
      answer(frame, connection)
      used += frame.size
    }
    return used
  }

  private func answer(_ frame: Frame, _ connection: Connection) {
    var reply: FrameBytes?
    switch frame.type {
    case .hello:
      propagators.append(FrameHello(frame)?.propagator ?? "")
      reply = .hello()
    case .request:
      requestCount += 1
      let image = Array(frame.context)
      let view = littleEndian(UInt16(1)) + Array("a".utf8) + littleEndian(UInt32(image.count)) + image
      if !isSilent { reply = .response(id: frame.id, context: frame.flags & FrameFlags.echo == 0 ? [] : view) }
    case .cancel: cancelCount += 1
    default: Issue.record("the client sent a \(frame.type) frame")
    }
    reply?.bytes.withUnsafeBytes { connection.output.append($0) }
    connection.send()
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {}
}

/// The launcher's end of the control channel.
private final class Launcher: LineChannelDelegate {
  private var channel: LineChannel!
  private(set) var reports: [ClientReport] = []

  init(loop: EventLoop, fd: Int32) { channel = LineChannel(loop: loop, fd: fd, delegate: self) }

  func send(_ command: ClientCommand) { channel.send(ControlCodec.encode(command)) }
  func close() { channel.close() }

  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    if let report = ControlCodec.decode(ClientReport.self, from: line) { reports.append(report) }
  }

  func channelDidClose(_ channel: LineChannel) {}

  var names: [String] {
    reports.map { report in
      switch report {
      case .connected: "connected"
      case .windowOpened(let token): "opened \(token)"
      case .windowClosed(let token): "closed \(token)"
      case .rested(let token): "rested \(token)"
      case .progress(let token, _): "progress \(token)"
      case .finished(let outcome): "finished \(outcome.token)"
      case .verified(let outcome, _): "verified \(outcome.token)"
      case .explained(let token, _): "explained \(token)"
      case .failed: "failed"
      }
    }
  }
}

@Suite("The client process")
struct ClientProcessTests {
  private final class Setup {
    let loop: EventLoop
    let entry: EchoEntry
    let launcher: Launcher
    let client: ClientProcess

    init() throws {
      loop = try makeLoop()
      entry = try EchoEntry(loop: loop)
      var ends: [Int32] = [0, 0]
      try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      launcher = Launcher(loop: loop, fd: ends[0])
      client = ClientProcess(loop: loop, controlFD: ends[1]) { MeterReading() }
    }

    func configure(connections: Int = 1, propagator: String = "packed", store: String = "packed", port: UInt16? = nil) {
      let address = ServiceAddress(host: "127.0.0.1", port: port ?? entry.listener.port)
      launcher.send(
        .configure(
          ClientConfiguration(
            entry: [address], topology: .graph([.named("a", store: store)], client: propagator),
            connections: connections, seed: 1)))
    }

    func wait(for name: String) -> Bool { loop.turn(until: { launcher.names.contains(name) }) }

    /// The last trial's outcome.
    var outcome: TrialOutcome? {
      launcher.reports.lazy.reversed().compactMap { if case .finished(let outcome) = $0 { outcome } else { nil } }.first
    }

    func close() {
      entry.close()
      launcher.close()
    }
  }

  @Test("connects, loads over every connection, and reports in order: opened, closed, finished")
  func load() throws {
    let setup = try Setup()
    defer { setup.close() }
    setup.configure(connections: 3)
    #expect(setup.wait(for: "connected"))
    #expect(setup.entry.propagators == ["packed", "packed", "packed"])
    setup.launcher.send(.run(.trial(.closed(inFlight: 16), token: 4, connections: 3, requestCount: 3000)))
    #expect(setup.wait(for: "finished 4"))
    #expect(setup.launcher.names == ["connected", "opened 4", "closed 4", "finished 4"])
    #expect(setup.entry.requestCount == 3000)
    let outcome = try #require(setup.outcome)
    #expect(outcome.ledger == Ledger(planned: 3000, completed: 3000))
    #expect(outcome.responseTime.count == 3000)
  }

  @Test("tells its ledger and its latency as often as it was asked to, and no more once the trial is over")
  func progress() throws {
    let setup = try Setup()
    defer { setup.close() }
    setup.configure()
    #expect(setup.wait(for: "connected"))
    var order = TrialOrder.trial(.closed(inFlight: 4), token: 6)
    order.progressNanoseconds = millisecond
    order.tellsLatency = true
    setup.launcher.send(.run(order))
    #expect(setup.loop.turn(until: { setup.launcher.names.count { $0 == "progress 6" } >= 3 }))
    setup.launcher.send(.finish)
    #expect(setup.wait(for: "finished 6"))
    let told = setup.launcher.reports.compactMap { if case .progress(_, let told) = $0 { told } else { nil } }
    for (earlier, later) in zip(told, told.dropFirst()) {
      #expect(earlier.ledger.planned <= later.ledger.planned && earlier.ledger.completed <= later.ledger.completed)
      #expect(earlier.windowNanoseconds <= later.windowNanoseconds)
      for (less, more) in zip(earlier.latency!.counts, later.latency!.counts) { #expect(less <= more) }
    }
    let completed = try #require(setup.outcome).ledger.completed
    #expect(told.allSatisfy { $0.ledger.completed <= completed } && told.last!.ledger.completed > 0)
    setup.loop.turn(for: 5 * millisecond)
    #expect(setup.launcher.names.last == "finished 6")
  }

  @Test("rests before a trial in turns and after each turn, and says what they brought when it is told to finish")
  func turns() throws {
    let setup = try Setup()
    defer { setup.close() }
    setup.configure()
    try #require(setup.wait(for: "connected"))
    setup.launcher.send(.run(.trial(.closed(inFlight: 4), token: 3, takesTurns: true)))
    func rests(_ count: Int) -> Bool {
      setup.loop.turn(until: { setup.launcher.names.count { $0 == "rested 3" } == count })
    }
    for turn in 1...3 {
      try #require(rests(turn))
      setup.launcher.send(.turn(nanoseconds: millisecond, counts: turn > 1))
    }
    try #require(rests(4))
    setup.launcher.send(.finish)
    try #require(setup.wait(for: "finished 3"))
    #expect(!setup.launcher.names.contains { $0.hasPrefix("opened") || $0.hasPrefix("closed") })
    let outcome = try #require(setup.outcome)
    #expect(outcome.ledger.completed > outcome.completedInWindow && outcome.ledger.isBalanced)
    #expect(outcome.completedInWindow >= 8 && outcome.windowNanoseconds >= 2 * millisecond)
  }

  @Test("keeps to an open loop's plan on the real clock: as many requests as planned, none of them early")
  func openLoop() throws {
    let setup = try Setup()
    defer { setup.close() }
    setup.configure()
    #expect(setup.wait(for: "connected"))
    setup.launcher.send(.run(.trial(.open(rate: 2000, poisson: true), token: 2, requestCount: 200)))
    #expect(setup.wait(for: "finished 2"))
    let outcome = try #require(setup.outcome)
    #expect(outcome.ledger == Ledger(planned: 200, completed: 200))
    #expect(outcome.sendLag?.count == 200 && outcome.sendLag?.clampedCount == 0)
  }

  @Test("cancels what times out, fails what a lost connection takes, and ends the trial")
  func lost() throws {
    let setup = try Setup()
    defer { setup.close() }
    setup.configure()
    #expect(setup.wait(for: "connected"))
    setup.entry.isSilent = true
    setup.launcher.send(.run(.trial(.closed(inFlight: 5), token: 1, window: 100 * second, timeout: 5 * millisecond)))
    #expect(setup.loop.turn(until: { setup.entry.cancelCount >= 20 }))
    setup.entry.connections.forEach { $0.close() }
    #expect(setup.wait(for: "finished 1"))
    let ledger = try #require(setup.outcome).ledger
    #expect(ledger.isBalanced)
    #expect(ledger.timedOut >= 20 && ledger.failed + ledger.timedOut == ledger.planned)
  }

  @Test("verifies what arrives, also after it was configured anew")
  func verify() throws {
    let setup = try Setup()
    defer { setup.close() }
    for (token, propagator, store) in [(1, "packed", "packed"), (2, "opaque", "none"), (3, "opaque", "struct")] {
      setup.configure(propagator: propagator, store: store)
      #expect(setup.loop.turn(until: { setup.launcher.names.last == "connected" }))
      setup.launcher.send(
        .verify(token: token, requestCount: 20, inFlight: 1, hopsLeft: 1, timeoutNanoseconds: 10 * second))
      #expect(setup.wait(for: "verified \(token)"))
      guard case .verified(let outcome, _) = setup.launcher.reports.last else { continue }
      // A store reads nothing out of opaque bytes, and this entry says that it did.
      #expect(outcome.firstDifferingEdge == (store == "struct" ? "client → a" : nil))
      #expect(outcome.views == (store == "struct" ? 1 : 20))
    }
  }

  @Test("says why it cannot reach the entry, and ends with status 1")
  func unreachable() throws {
    let setup = try Setup()
    let port = setup.entry.listener.port
    setup.entry.close()
    setup.configure(port: port)
    #expect(setup.client.runUntilStopped() == 1)
    #expect(setup.loop.turn(until: { setup.launcher.names == ["failed"] }))
    guard case .failed(let reason)? = setup.launcher.reports.first else { return }
    #expect(reason.contains("refused"))
    setup.launcher.close()
  }

  @Test("refuses a second trial while one is running, and an order before it is configured")
  func disorder() throws {
    let setup = try Setup()
    defer { setup.close() }
    setup.launcher.send(.run(.trial(.closed(inFlight: 1))))
    #expect(setup.client.runUntilStopped() == 1)
    let second = try Setup()
    defer { second.close() }
    second.configure()
    #expect(second.wait(for: "connected"))
    second.entry.isSilent = true
    second.launcher.send(.run(.trial(.closed(inFlight: 1), token: 1)))
    second.launcher.send(.run(.trial(.closed(inFlight: 1), token: 2)))
    #expect(second.client.runUntilStopped() == 1)
  }
}
