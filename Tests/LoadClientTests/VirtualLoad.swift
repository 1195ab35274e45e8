// a trial in virtual time: the run under test, a callee that is a function, and a clock that jumps to whatever
// comes next. No socket is read or written; the frames are taken out of the connections' buffers and put into them.

import Bytes
import Context
import Control
import EventLoop
import LoadClient
import Propagation
import Statistics
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

/// What the callee got, and when.
struct Arrival {
  let time: Int64
  let id: UInt64
  /// Index of the connection.
  let connection: Int
}

/// What the callee does with a request.
enum Answer {
  /// Nanoseconds after the arrival.
  case reply(after: Int64)
  case error(after: Int64)
  case none
}

final class VirtualLoad: LoadRunDelegate, LoadConnectionDelegate {
  private struct Event {
    let time: Int64
    /// Events of one time happen in the order in which they were planned.
    let number: Int
    let action: () -> Void
  }

  private final class Clock {
    var now: Int64 = 1_000_000_000
    /// By so much each reading moves the clock on: what the client does between two of them takes time.
    var readingNanoseconds: Int64 = 0
  }

  private let clock = Clock()
  let loop: EventLoop
  private(set) var connections: [LoadConnection] = []
  private(set) var run: LoadRun!
  private var events: [Event] = []
  private var eventCount = 0
  /// The callee.
  var answer: (Arrival) -> Answer = { _ in .reply(after: 1_000_000) }
  private(set) var arrivals: [Arrival] = []
  private(set) var cancelled: [UInt64] = []
  /// How long after the attempt of this number, from 1, a connection in the place of a lost one is ready; nil when none
  /// can be had.
  var connectTime: (Int) -> Int64? = { _ in nil }
  private(set) var attempts: [Int64] = []
  /// Called after everything that happened.
  var observe: () -> Void = {}
  private(set) var outcome: TrialOutcome?
  private(set) var windowOpened: Int64?
  private(set) var windowClosed: Int64?
  /// When nothing was under way in a trial in turns.
  private(set) var rests: [Int64] = []
  /// What to do at each rest, in this order.
  var orders: [(LoadRun) -> Void] = []

  init(_ order: TrialOrder, connectionCount: Int = 1, readingNanoseconds: Int64 = 0) throws {
    let clock = clock
    clock.readingNanoseconds = readingNanoseconds
    loop = try EventLoop(clock: {
      clock.now += clock.readingNanoseconds
      return clock.now
    })
    for index in 0..<connectionCount {
      // Only its number is used: a descriptor that is never ready.
      let connection = Connection(loop: loop, fd: try makeIdleDescriptor())
      connections.append(
        LoadConnection(
          connection, to: ServiceAddress(host: "virtual", port: UInt16(index)), propagator: "none", delegate: self))
      deliver(FrameBytes.hello(), to: index)
      connections[index].connection.output.removeAll()
    }
    run = LoadRun(order: order, loop: loop, connections: connections, images: .plain(), delegate: self)
  }

  deinit { connections.forEach { $0.close() } }

  var now: Int64 { clock.now }

  /// Requests that arrived, and neither were answered nor cancelled.
  private(set) var waiting: Set<UInt64> = []

  func at(_ time: Int64, _ action: @escaping () -> Void) {
    eventCount += 1
    push(Event(time: time, number: eventCount, action: action))
  }

  /// Runs the trial. Returns what it brought, or nil when it waits for ever.
  @discardableResult
  func perform(timeMax: Int64 = 600 * second) -> TrialOutcome? {
    let end = clock.now + timeMax
    run.start()
    takeOutput()
    while outcome == nil {
      let eventTime = events.first?.time ?? .max
      let next = min(run.nextDue, eventTime)
      guard next < .max, next <= end else { return nil }
      clock.now = max(clock.now, next)
      loop.refreshNow()
      // The run's own time first, so that a window ends before what happens at its end.
      if run.nextDue <= eventTime { run.step() } else { pop().action() }
      takeOutput()
      observe()
    }
    return outcome
  }

  /// Time passes without the client: the process was stopped.
  func hold(until time: Int64) {
    clock.now = max(clock.now, time)
    loop.refreshNow()
  }

  /// The connection breaks.
  func lose(_ index: Int) { connections[index].connection(connections[index].connection, didCloseWith: 104) }

  func deliver(_ frame: FrameBytes, to index: Int) {
    guard connections[index].connection.isOpen else { return }
    frame.bytes.withUnsafeBytes {
      _ = connections[index].connection(connections[index].connection, didReceive: $0)
    }
  }

  // MARK: The callee

  private func takeOutput() {
    for (index, connection) in connections.enumerated() where connection.connection.isOpen {
      let output = connection.connection.output
      while case .frame(let frame) = Frame.decode(output.readable) {
        didArrive(frame, index)
        output.consume(frame.size)
      }
    }
  }

  private func didArrive(_ frame: Frame, _ index: Int) {
    let arrival = Arrival(time: clock.now, id: frame.id, connection: index)
    switch frame.type {
    case .cancel:
      cancelled.append(frame.id)
      waiting.remove(frame.id)
    case .request:
      arrivals.append(arrival)
      waiting.insert(frame.id)
      switch answer(arrival) {
      case .none: break
      case .reply(let time): plan(.response(id: frame.id), after: time, arrival)
      case .error(let time): plan(.error(id: frame.id, status: 14), after: time, arrival)
      }
    default: Issue.record("the client sent a \(frame.type) frame")
    }
  }

  private func plan(_ frame: FrameBytes, after time: Int64, _ arrival: Arrival) {
    at(arrival.time + time) { [unowned self] in
      waiting.remove(arrival.id)
      deliver(frame, to: arrival.connection)
    }
  }

  // MARK: What the run and the connections tell

  func runDidRest(_ run: LoadRun) {
    rests.append(clock.now)
    if let order = orders.first {
      orders.removeFirst()
      at(clock.now) { order(run) }
    }
  }

  func runDidOpenWindow(_ run: LoadRun) { windowOpened = clock.now }
  func runDidCloseWindow(_ run: LoadRun) { windowClosed = clock.now }
  func run(_ run: LoadRun, didFinish outcome: TrialOutcome) {
    #expect(self.outcome == nil, "a run ended twice")
    self.outcome = outcome
  }

  func run(_ run: LoadRun, replace connection: LoadConnection) -> LoadConnection? {
    attempts.append(clock.now)
    guard let time = connectTime(attempts.count), let descriptor = try? makeIdleDescriptor() else { return nil }
    let other = LoadConnection(
      Connection(loop: loop, fd: descriptor), to: connection.address, propagator: "none", delegate: self)
    other.connection.output.removeAll()
    connections.append(other)
    let index = connections.count - 1
    at(clock.now + time) { [unowned self] in deliver(FrameBytes.hello(), to: index) }
    return other
  }

  func connectionIsReady(_ connection: LoadConnection) { run?.didConnect(connection) }
  func connection(_ connection: LoadConnection, didReceive reply: ReceivedReply) { run.didReceive(reply) }
  func connection(_ connection: LoadConnection, didFail reason: String) { run.didLose(connection) }

  // MARK: Events, the earliest first (a binary heap)

  private func isEarlier(_ left: Int, _ right: Int) -> Bool {
    (events[left].time, events[left].number) < (events[right].time, events[right].number)
  }

  private func push(_ event: Event) {
    events.append(event)
    var child = events.count - 1
    while child > 0, isEarlier(child, (child - 1) / 2) {
      events.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private func pop() -> Event {
    events.swapAt(0, events.count - 1)
    let event = events.removeLast()
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < events.count }
      guard let least = children.min(by: isEarlier), isEarlier(least, parent) else { return event }
      events.swapAt(least, parent)
      parent = least
    }
  }
}
