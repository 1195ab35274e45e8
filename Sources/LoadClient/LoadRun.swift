// One slot of load: plans the requests, sends them, takes the replies and keeps the ledger. Knows no strategy and no
// process; the requests are ready images. No allocation per request.

package import Control
package import EventLoop
internal import Statistics
package import TransportCore

/// What a run tells its owner, also from within `start`.
package protocol LoadRunDelegate: AnyObject {
  func runDidOpenWindow(_ run: LoadRun)
  func runDidCloseWindow(_ run: LoadRun)
  func run(_ run: LoadRun, didFinish outcome: SlotOutcome)
}

/// Time is the loop's clock. A loop that waits calls the run back when something is due. For one whose clock is stepped by
/// hand, `nextDue` says how far, and `step` does what has become due.
package final class LoadRun {
  /// Requests under way at once; in an open loop, those that would be more are counted as shed.
  package static let pendingCountMax = 65_536
  /// Completions without which the window does not open.
  package static let settleCompletionCount = 64

  private static let sendingNanosecondsMax: Int64 = 1_000_000

  private enum Phase { case settling, measuring, draining, finished }

  private let order: SlotOrder
  private let loop: EventLoop
  private let connections: [LoadConnection]
  private let images: RequestImages
  private let delegate: any LoadRunDelegate
  private let pending: UnsafeMutablePointer<PendingRequest>
  private var usedCount = 0
  private var firstFree: Int32 = -1
  private var inFlight = 0
  private var wheel: TimerWheel!
  private var phaseTimer: Timer!
  private var paceTimer: Timer!
  /// When the timers are to fire, by the loop's clock; `Int64.max` when they are not.
  private var phaseDue = Int64.max
  private var paceDue = Int64.max
  private var plan: ArrivalPlan
  private var nextIntended: Int64 = 0
  private var turn = 0

  private var phase = Phase.settling
  private var startTime: Int64 = 0
  private var windowStart = Int64.max
  private var windowEnd = Int64.max
  private var hasSettledByTime = false
  private var isSettled = true
  private var ledger = Ledger()
  private var completedInWindow: UInt64 = 0
  private var unsentCount: UInt64 = 0
  private var responseTime = LatencyHistogram()
  private var serviceTime = LatencyHistogram()
  private var sendLag = LatencyHistogram()
  private var pieces: [UInt32] = []
  private var stages: ClientStageSums?
  private var writeNanosecondsAtStart: Int64 = 0

  package init(
    order: SlotOrder, loop: EventLoop, connections: [LoadConnection], images: RequestImages,
    delegate: any LoadRunDelegate
  ) {
    self.order = order
    self.loop = loop
    self.connections = Array(connections.prefix(order.connections))
    self.images = images
    self.delegate = delegate
    pending = .allocate(capacity: LoadRun.pendingCountMax)
    if case .open(let rate, let poisson) = order.mode {
      plan = ArrivalPlan(rate: rate, arrival: poisson ? .poisson(seed: order.seed) : .uniform)
    } else {
      plan = ArrivalPlan(rate: 1, arrival: .uniform)
    }
    if order.pieceNanoseconds > 0 {
      pieces = Array(repeating: 0, count: Int(order.windowNanoseconds / order.pieceNanoseconds))
    }
    if order.clocksStages == true { stages = ClientStageSums() }
    wheel = TimerWheel(loop: loop) { [unowned self] token in didTimeOut(Int32(truncatingIfNeeded: token)) }
    phaseTimer = Timer(loop: loop) { [unowned self] in phaseDidEnd() }
    paceTimer = Timer(loop: loop) { [unowned self] in sendDueRequests() }
  }

  deinit { pending.deallocate() }

  package func start() {
    writeNanosecondsAtStart = writeNanoseconds
    startTime = loop.refreshNow()
    if order.requestCount != nil {
      openWindow()
    } else {
      startPhaseTimer(after: order.settleNanoseconds)
    }
    switch order.mode {
    case .closed(let inFlight):
      for _ in 0..<inFlight { sendNext() }
    case .open:
      nextIntended = startTime &+ plan.next()
      sendDueRequests()
    }
  }

  /// Ends the slot early: no new requests, then drain and report.
  package func finish() {
    if phase == .settling { windowStart = loop.now }
    if phase == .settling || phase == .measuring { closeWindow() }
  }

  // MARK: A clock stepped by hand

  /// When `step` has something to do next, by the loop's clock; `Int64.max` when nothing is awaited but replies.
  package var nextDue: Int64 { phase == .finished ? .max : min(phaseDue, paceDue, wheel.armedDeadline) }

  /// Does what is due by now; a window ends before the requests that are planned for its end.
  package func step() {
    if phase != .finished, wheel.armedDeadline <= loop.now { wheel.didExpire() }
    if phaseDue <= loop.now { phaseDidEnd() }
    if paceDue <= loop.now { sendDueRequests() }
  }

  private func startPhaseTimer(after nanoseconds: Int64) {
    phaseDue = loop.now &+ nanoseconds
    phaseTimer.start(after: nanoseconds)
  }

  // MARK: Sending

  private var isSending: Bool { phase == .settling || phase == .measuring }

  /// Closed loop: one more request takes the place of one that ended.
  private func sendNext() {
    guard isSending else { return }
    if let count = order.requestCount, ledger.planned >= UInt64(count) { return }
    send(intended: loop.now)
  }

  /// Open loop: everything whose time has come, then sleep until the next. But no longer than `sendingNanosecondsMax` a
  /// turn: at a rate above what the client can send, replies and the window's end would never have theirs.
  private func sendDueRequests() {
    paceDue = .max
    let begin = loop.now
    var now = begin
    var sentCount = 0
    while isSending, nextIntended <= now {
      if let count = order.requestCount, ledger.planned >= UInt64(count) { return }
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
    ledger.planned &+= 1
    let slot = allocate()
    guard slot >= 0, let index = pickConnection() else {
      if slot >= 0 { free(slot) }
      ledger.shed &+= 1
      return inFlight == 0 && !canSend ? finish() : finishIfDone()
    }
    let request = pending + Int(slot)
    let now = loop.now
    request.pointee.intended = intended
    request.pointee.sent = now
    request.pointee.connection = Int32(truncatingIfNeeded: index)
    request.pointee.isActive = true
    request.pointee.timer =
      order.timeoutNanoseconds == 0
      ? -1 : wheel.schedule(at: now &+ order.timeoutNanoseconds, token: UInt64(UInt32(bitPattern: slot)))
    inFlight &+= 1
    images.send(to: connections[index].callee, tag: tag(of: slot))
    if intended >= windowStart, intended < windowEnd { sendLag.record(nanoseconds: now &- intended) }
  }

  private var canSend: Bool { connections.contains(where: \.isReady) }

  private func pickConnection() -> Int? {
    for _ in connections.indices {
      turn = turn &+ 1 < connections.count ? turn &+ 1 : 0
      if connections[turn].canSend { return turn }
    }
    return nil
  }

  // MARK: Replies

  package func didReceive(_ reply: ReceivedReply) {
    let slot = find(tag: reply.tag)
    guard slot >= 0 else { return }
    let request = pending[Int(slot)]
    let now = loop.now
    remove(slot)
    if reply.status == StatusCode.ok.rawValue {
      if stages != nil { clock(request, now: now) }
      complete(intended: request.intended, sent: request.sent, now: now)
    } else {
      ledger.addError(isTimeout: reply.status == StatusCode.deadlineExceeded.rawValue)
    }
    didEndRequest()
  }

  private func complete(intended: Int64, sent: Int64, now: Int64) {
    ledger.completed &+= 1
    if now >= windowStart, now < windowEnd {
      completedInWindow &+= 1
      if !pieces.isEmpty {
        let piece = Int((now &- windowStart) / order.pieceNanoseconds)
        if piece < pieces.count { pieces[piece] &+= 1 }
      }
    }
    guard intended >= windowStart, intended < windowEnd else { return }
    responseTime.record(nanoseconds: now &- intended)
    serviceTime.record(nanoseconds: now &- sent)
  }

  @inline(never)
  private func clock(_ request: PendingRequest, now: Int64) {
    let clock = connections[Int(request.connection)].connection.ioClock
    stages?.requests += 1
    stages?.response += now &- request.sent
    stages?.wait += clock.readStart &- clock.writeStart
  }

  /// CPU time, as far as the loop clocked it.
  private var writeNanoseconds: Int64 { connections.reduce(0) { $0 + $1.connection.ioClock.writeNanoseconds } }

  private func didEndRequest() {
    if phase == .settling { openWindowIfSettled() }
    if case .closed = order.mode { sendNext() }
    finishIfDone()
  }

  private func didTimeOut(_ slot: Int32) {
    let request = pending + Int(slot)
    request.pointee.timer = -1
    let (connection, tag) = (connections[Int(request.pointee.connection)], tag(of: slot))
    remove(slot)
    ledger.timedOut &+= 1
    if connection.isReady { connection.cancel(tag, now: loop.now) }
    didEndRequest()
  }

  /// A connection is gone: what was under way on it has failed. In a closed loop others take its place.
  package func didLose(_ connection: LoadConnection) {
    guard let index = connections.firstIndex(where: { $0 === connection }) else { return }
    var lostCount = 0
    for slot in 0..<usedCount where pending[slot].isActive && pending[slot].connection == Int32(index) {
      remove(Int32(slot))
      ledger.failed &+= 1
      lostCount += 1
    }
    if !canSend { finish() }
    for _ in 0..<lostCount { didEndRequest() }
  }

  // MARK: Phases

  private func phaseDidEnd() {
    phaseDue = .max
    switch phase {
    case .settling:
      if hasSettledByTime {
        isSettled = false
        return openWindow()
      }
      hasSettledByTime = true
      openWindowIfSettled()
      if phase == .settling { startPhaseTimer(after: max(0, order.settleNanosecondsMax - order.settleNanoseconds)) }
    case .measuring: closeWindow()
    case .draining: end()
    case .finished: break
    }
  }

  private func openWindowIfSettled() {
    guard hasSettledByTime, ledger.completed + ledger.failed + ledger.timedOut >= LoadRun.settleCompletionCount else {
      return
    }
    openWindow()
  }

  private func openWindow() {
    phase = .measuring
    delegate.runDidOpenWindow(self)
    windowStart = loop.refreshNow()
    if order.requestCount == nil { startPhaseTimer(after: order.windowNanoseconds) }
  }

  private func closeWindow() {
    guard phase != .draining, phase != .finished else { return }
    phase = .draining
    windowEnd = loop.now
    countUnsent()
    delegate.runDidCloseWindow(self)
    paceDue = .max
    paceTimer.stop()
    startPhaseTimer(after: order.drainNanoseconds)
    finishIfDone()
  }

  /// What the plan had for the window and the client did not get to.
  private func countUnsent() {
    guard case .open = order.mode, order.requestCount == nil else { return }
    while nextIntended < windowEnd {
      if nextIntended >= windowStart { unsentCount &+= 1 }
      nextIntended = startTime &+ plan.next()
    }
  }

  private func finishIfDone() {
    if phase == .measuring, let count = order.requestCount, ledger.planned >= UInt64(count), inFlight == 0 {
      closeWindow()
    } else if phase == .draining, inFlight == 0 {
      end()
    }
  }

  /// What is still under way is censored: entered as a lower bound and counted.
  private func end() {
    guard phase != .finished else { return }
    phase = .finished
    for slot in 0..<usedCount where pending[slot].isActive {
      let request = pending[slot]
      if request.intended >= windowStart, request.intended < windowEnd {
        responseTime.record(nanoseconds: loop.now &- request.intended)
        serviceTime.record(nanoseconds: loop.now &- request.sent)
      }
      remove(Int32(slot))
      ledger.censored &+= 1
    }
    precondition(ledger.isBalanced, "planned requests are missing from the ledger")
    phaseTimer.close()
    paceTimer.close()
    wheel.close()
    var outcome = SlotOutcome(
      token: order.token, ledger: ledger, windowNanoseconds: max(0, windowEnd &- windowStart),
      completedInWindow: completedInWindow, responseTime: responseTime, serviceTime: serviceTime, sendLag: sendLag,
      pieces: pieces)
    outcome.isSettled = isSettled
    outcome.unsentCount = unsentCount
    stages?.write = writeNanoseconds - writeNanosecondsAtStart
    outcome.stages = stages
    delegate.run(self, didFinish: outcome)
  }

  // MARK: Slots

  private func allocate() -> Int32 {
    let free = firstFree
    if free >= 0 {
      firstFree = pending[Int(free)].next
      return free
    }
    guard usedCount < LoadRun.pendingCountMax else { return -1 }
    // Above what earlier slots used, so that a reply that comes too late for one of them finds nothing here.
    pending[usedCount].generation = UInt32(truncatingIfNeeded: order.token) << 20
    pending[usedCount].isActive = false
    usedCount &+= 1
    return Int32(truncatingIfNeeded: usedCount &- 1)
  }

  private func free(_ slot: Int32) {
    pending[Int(slot)].isActive = false
    pending[Int(slot)].generation &+= 1
    pending[Int(slot)].next = firstFree
    firstFree = slot
  }

  private func remove(_ slot: Int32) {
    if pending[Int(slot)].timer >= 0 { wheel.cancel(pending[Int(slot)].timer) }
    free(slot)
    inFlight &-= 1
  }

  /// Slot and generation, so that a late reply finds nothing.
  private func tag(of slot: Int32) -> UInt64 {
    UInt64(pending[Int(slot)].generation) << 32 | UInt64(UInt32(bitPattern: slot))
  }

  private func find(tag: UInt64) -> Int32 {
    let slot = Int(UInt32(truncatingIfNeeded: tag))
    guard slot < usedCount, pending[slot].isActive, pending[slot].generation == UInt32(truncatingIfNeeded: tag >> 32)
    else { return -1 }
    return Int32(truncatingIfNeeded: slot)
  }
}
