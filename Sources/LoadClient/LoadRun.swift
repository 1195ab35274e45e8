// One trial: plans the requests, sends them, takes the replies and keeps the ledger. Knows no strategy and no
// process; the requests are ready images. No allocation per request.

package import Control
package import EventLoop
package import Statistics
package import TransportCore

/// What a run tells its owner, also from within `start`.
package protocol LoadRunDelegate: AnyObject {
  func runDidOpenWindow(_ run: LoadRun)
  func runDidCloseWindow(_ run: LoadRun)
  /// Nothing is under way in a trial in turns.
  func runDidRest(_ run: LoadRun)
  func run(_ run: LoadRun, didFinish outcome: TrialOutcome)
  /// Another connection in the place of one that is gone, of which the owner tells whether it connected; nil when none
  /// can be had now.
  func run(_ run: LoadRun, replace connection: LoadConnection) -> LoadConnection?
}

extension LoadRunDelegate {
  package func runDidRest(_ run: LoadRun) {}
  package func run(_ run: LoadRun, replace connection: LoadConnection) -> LoadConnection? { nil }
}

/// Time is the loop's clock. A loop that waits calls the run back when something is due. For one whose clock is stepped by
/// hand, `nextDue` says how far, and `step` does what has become due.
package final class LoadRun {
  /// Requests under way at once; in an open loop, those that would be more are counted as shed.
  package static let pendingCountMax = 65_536
  /// Completions without which the window does not open.
  package static let settleCompletionCount: UInt64 = 64
  /// Of every request that a closed loop has under way at once, where fewer are.
  private static let settleGenerationCount = 4

  private static let sendingNanosecondsMax: Int64 = 1_000_000

  enum Phase { case settling, measuring, draining, resting, finished }

  let order: TrialOrder
  /// To the moment.
  var ledger: Ledger { tally.ledger }
  let loop: EventLoop
  let lanes: LoadLanes
  private let images: RequestImages
  let delegate: any LoadRunDelegate
  /// Which statuses of a server that is not ours are answers; nil of ours.
  let expected: StatusExpectation?
  /// A connection takes so many requests and no more: the next waits for its turn.
  let waitsForRoom: Bool
  // One thread; only this run reaches these, and no access to one is held across a call out: exclusivity needs no check at
  // run time.
  @exclusivity(unchecked) var table: PendingTable
  @exclusivity(unchecked) var tally: LoadTally
  @exclusivity(unchecked) private var inFlight = 0
  /// Closed loop: requests whose turn it is as soon as there is a connection.
  var owedCount = 0
  private var wheel: TimerWheel!
  /// The same without a reference count, for each request.
  @exclusivity(unchecked) private var unretainedWheel: Unmanaged<TimerWheel>!
  var phaseTimer: Timer!
  private var paceTimer: Timer!
  var laneTimer: Timer!
  var laneDue = Int64.max
  /// When the timers are to fire, by the loop's clock; `Int64.max` when they are not.
  var phaseDue = Int64.max
  private var paceDue = Int64.max
  private var plan: ArrivalPlan
  private var nextIntended: Int64 = 0
  /// Open loop: requests are due that no connection has room for.
  var isStalled = false
  /// Requests that a connection has left to its successor.
  var heirless: [UnansweredRequest] = []

  // No access to these is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) var phase = Phase.settling
  private var startTime: Int64 = 0
  private var hasSettledByTime = false
  private var isSettled = true
  /// The next rest is the trial's end.
  var isFinishing = false
  /// Why the trial ended before its time.
  var earlyEnd: String?
  @exclusivity(unchecked) private var stages: ClientStageSums?
  private var writeNanosecondsAtStart: Int64 = 0

  package init(
    order: TrialOrder, loop: EventLoop, connections: [LoadConnection], images: RequestImages,
    expected: StatusExpectation? = nil, delegate: any LoadRunDelegate
  ) {
    self.expected = expected
    waitsForRoom = expected != nil || connections.contains { $0.callee.kind == .grpc }
    self.order = order
    self.loop = loop
    lanes = LoadLanes(
      Array(connections.prefix(order.connections)), patienceNanoseconds: order.reconnectNanosecondsMax ?? 0,
      seed: order.seed)
    self.images = images
    self.delegate = delegate
    table = PendingTable(countMax: LoadRun.pendingCountMax, token: order.token)
    tally = LoadTally(order)
    if case .open(let rate, let poisson) = order.mode {
      plan = ArrivalPlan(rate: rate, arrival: poisson ? .poisson(seed: order.seed) : .uniform)
    } else {
      plan = ArrivalPlan(rate: 1, arrival: .uniform)
    }
    if order.clocksStages == true { stages = ClientStageSums() }
    wheel = TimerWheel(loop: loop) { [unowned self] token in didTimeOut(Int32(truncatingIfNeeded: token)) }
    unretainedWheel = Unmanaged.passUnretained(wheel)
    phaseTimer = Timer(loop: loop) { [unowned self] in phaseDidEnd() }
    paceTimer = Timer(loop: loop) { [unowned self] in sendDueRequests() }
    laneTimer = Timer(loop: loop) { [unowned self] in connectAgain() }
  }

  deinit { lanes.connections.forEach { $0.end(self) } }

  package func start() {
    lanes.connections.forEach { $0.begin(self) }
    writeNanosecondsAtStart = writeNanoseconds
    startTime = loop.refreshNow()
    if takesTurns { return rest() }
    if order.requestCount != nil {
      openWindow()
      // One time for both, so that the first request is meant for the window.
      startTime = tally.windowStart
    } else {
      startPhaseTimer(after: order.settleNanoseconds)
    }
    switch order.mode {
    case .closed: fillLoop()
    case .open:
      nextIntended = startTime &+ plan.next()
      sendDueRequests()
    }
  }

  func fillLoop() {
    guard case .closed(let inFlight) = order.mode else { return }
    for _ in 0..<inFlight { sendNext() }
  }

  /// Ends the trial early: no new requests, then drain and report.
  package func finish() {
    if takesTurns { return finishTurns() }
    if phase == .settling { tally.windowStart = loop.now }
    if phase == .settling || phase == .measuring { closeWindow() }
  }

  func finish(because reason: String) {
    if isSending || takesTurns { earlyEnd = earlyEnd ?? reason }
    finish()
  }

  // MARK: A clock stepped by hand

  /// When `step` has something to do next, by the loop's clock; `Int64.max` when nothing is awaited but replies.
  package var nextDue: Int64 {
    phase == .finished ? .max : min(phaseDue, paceDue, wheel.armedDeadline, isSending ? lanes.nextDue : .max)
  }

  /// Does what is due by now; a window ends before the requests that are planned for its end.
  package func step() {
    if phase != .finished, wheel.armedDeadline <= loop.now { wheel.didExpire() }
    if phaseDue <= loop.now { phaseDidEnd() }
    if paceDue <= loop.now { sendDueRequests() }
    if isSending, lanes.nextDue <= loop.now { connectAgain() }
  }

  func startPhaseTimer(after nanoseconds: Int64) {
    phaseDue = loop.now &+ nanoseconds
    phaseTimer.start(after: nanoseconds)
  }

  // MARK: Sending

  var isSending: Bool { phase == .settling || phase == .measuring }

  /// Closed loop: one more request takes the place of one that ended.
  func sendNext() {
    guard isSending else { return }
    if let count = order.requestCount, tally.ledger.planned >= UInt64(count) { return }
    if waitsForRoom || lanes.isIncomplete, mustWait {
      owedCount += 1
      return awaitConnection()
    }
    send(intended: loop.now)
  }

  /// Open loop: everything whose time has come, then sleep until the next. But no longer than `sendingNanosecondsMax` a
  /// turn: at a rate above what the client can send, replies and the window's end would never have theirs.
  func sendDueRequests() {
    paceDue = .max
    let begin = loop.now
    var now = begin
    var sentCount = 0
    isStalled = false
    while isSending, nextIntended <= now {
      if waitsForRoom || lanes.isIncomplete, mustStall {
        isStalled = true
        return
      }
      if let count = order.requestCount, tally.ledger.planned >= UInt64(count) { return }
      send(intended: nextIntended)
      nextIntended = startTime &+ plan.next()
      sentCount &+= 1
      if nextIntended > now || sentCount & 63 == 0 {
        now = loop.refreshNow()
        if now &- begin > LoadRun.sendingNanosecondsMax { break }
      }
    }
    guard isSending else { return }
    paceDue = nextIntended
    paceTimer.start(after: nextIntended &- now)
  }

  private func send(intended: Int64) {
    tally.ledger.planned &+= 1
    let slot = table.allocate()
    guard slot >= 0, let index = lanes.pick() else { return shed(slot, intended: intended) }
    let request = table.requests + Int(slot)
    let now = loop.now
    request.pointee.intended = intended
    request.pointee.sent = now
    request.pointee.connection = Int32(truncatingIfNeeded: index)
    request.pointee.isActive = true
    request.pointee.timer =
      order.timeoutNanoseconds == 0
      ? -1
      : unretainedWheel._withUnsafeGuaranteedRef {
        $0.schedule(at: now &+ order.timeoutNanoseconds, token: UInt64(UInt32(bitPattern: slot)))
      }
    inFlight &+= 1
    let tag = table.tag(of: slot)
    lanes[index]._withUnsafeGuaranteedRef { _ = $0.send(nextOf: images, tag: tag) }
    tally.didSend(intended: intended, now: now)
  }

  @inline(never)
  private func shed(_ slot: Int32, intended: Int64) {
    if slot >= 0 { table.free(slot) }
    tally.didShed(intended: intended, slot < 0 ? .noRoom : .noConnection, now: loop.now)
    if slot >= 0, lanes.mayRecover || lanes.isReplacing {
      awaitConnection()
    } else if inFlight == 0, !lanes.canSend {
      return finish(because: "no connection to the entry takes requests")
    }
    finishIfDone()
  }

  // MARK: Replies

  package func didReceive(_ reply: ReceivedReply) {
    let slot = table.find(tag: reply.tag)
    guard slot >= 0 else { return }
    let request = table.requests[Int(slot)]
    let now = loop.now
    remove(slot)
    if expected != nil { return didReceiveForeign(reply, of: request, now: now) }
    if reply.status == StatusCode.ok.rawValue {
      if stages != nil { clock(request, now: now) }
      tally.didComplete(request, now: now)
    } else {
      tally.didFail(request, .status(reply.status), now: now)
    }
    didEndRequest()
  }

  @inline(never)
  private func clock(_ request: PendingRequest, now: Int64) {
    let clock = lanes.connections[Int(request.connection)].connection.ioClock
    stages?.requests += 1
    stages?.response += now &- request.sent
    stages?.wait += clock.readStart &- clock.writeStart
  }

  /// CPU time, as far as the loop clocked it.
  private var writeNanoseconds: Int64 { lanes.connections.reduce(0) { $0 + $1.connection.ioClock.writeNanoseconds } }

  func didEndRequest() {
    if phase == .settling { openWindowIfSettled() }
    if case .closed = order.mode { sendNext() } else if isStalled { sendDueRequests() }
    finishIfDone()
  }

  private func didTimeOut(_ slot: Int32) {
    table.requests[Int(slot)].timer = -1
    let request = table.requests[Int(slot)]
    let (connection, tag) = (lanes.connections[Int(request.connection)], table.tag(of: slot))
    remove(slot)
    tally.didFail(request, .timedOut, now: loop.now)
    connection.giveUp(tag, now: loop.now)
    didEndRequest()
  }

  // MARK: Phases

  private func phaseDidEnd() {
    phaseDue = .max
    switch phase {
    case .settling where takesTurns: endTurn()
    case .settling:
      if hasSettledByTime {
        isSettled = false
        return openWindow()
      }
      hasSettledByTime = true
      openWindowIfSettled()
      if phase == .settling { startPhaseTimer(after: max(0, order.settleNanosecondsMax - order.settleNanoseconds)) }
    case .measuring: takesTurns ? endTurn() : closeWindow()
    case .draining: takesTurns ? giveUpTurn() : end()
    case .resting, .finished: break
    }
  }

  private func openWindowIfSettled() {
    guard hasSettledByTime, tally.ledger.endedCount >= settleCount else { return }
    openWindow()
  }

  /// An open loop has no ramp, and at a low rate not so many requests in the time that settling may take. A closed one has
  /// come up when each of those under way has been through, the first of them on caches that were cold.
  private var settleCount: UInt64 {
    let expected =
      switch order.mode {
      case .open(let rate, _): rate * Double(order.settleNanosecondsMax) / 1e9
      case .closed(let inFlight): Double(inFlight * LoadRun.settleGenerationCount)
      }
    return expected < Double(LoadRun.settleCompletionCount) ? UInt64(expected) : LoadRun.settleCompletionCount
  }

  private func openWindow() {
    phase = .measuring
    delegate.runDidOpenWindow(self)
    tally.windowStart = loop.refreshNow()
    if order.requestCount == nil { startPhaseTimer(after: order.windowNanoseconds) }
  }

  private func closeWindow() {
    guard phase != .draining, phase != .finished else { return }
    phase = .draining
    tally.windowEnd = loop.now
    countUnsent()
    delegate.runDidCloseWindow(self)
    paceDue = .max
    paceTimer.stop()
    if heirless.isEmpty {
      laneTimer.stop()
      laneDue = .max
    }
    startPhaseTimer(after: order.drainNanoseconds)
    finishIfDone()
  }

  /// What the plan had for the window and the client did not get to.
  private func countUnsent() {
    guard case .open = order.mode, order.requestCount == nil else { return }
    while nextIntended < tally.windowEnd {
      if nextIntended >= tally.windowStart { tally.unsentCount &+= 1 }
      nextIntended = startTime &+ plan.next()
    }
  }

  func finishIfDone() {
    if phase == .measuring, let count = order.requestCount, tally.ledger.planned >= UInt64(count), inFlight == 0 {
      closeWindow()
    } else if phase == .draining, inFlight == 0 {
      takesTurns ? rest() : end()
    }
  }

  /// What is still under way is censored.
  func end() {
    guard phase != .finished else { return }
    phase = .finished
    lanes.connections.forEach { $0.end(self) }
    for slot in 0..<table.usedCount where table.requests[slot].isActive {
      let request = table.requests[slot]
      remove(Int32(slot))
      tally.didCensor(request, now: loop.now)
    }
    phaseTimer.close()
    paceTimer.close()
    laneTimer.close()
    wheel.close()
    var outcome = tally.outcome(token: order.token)
    outcome.isSettled = isSettled
    outcome.earlyEnd = earlyEnd
    outcome.lostConnectionCount = lanes.lostCount
    stages?.write = writeNanoseconds - writeNanosecondsAtStart
    outcome.stages = stages
    delegate.run(self, didFinish: outcome)
  }

  func remove(_ slot: Int32) {
    let timer = table.requests[Int(slot)].timer
    if timer >= 0 { unretainedWheel._withUnsafeGuaranteedRef { $0.cancel(timer) } }
    table.free(slot)
    inFlight &-= 1
  }
}
