// The life of a call to a later service: inject and send, then a reply, a deadline or a lost connection.

internal import Bytes
internal import Context
internal import Control
internal import EventLoop
internal import Propagation
internal import Results
internal import Statistics
internal import Topology
internal import TransportCore

extension NodeServer {
  /// Starts the calls of a step. True when the request now waits for replies, or has been answered because a call
  /// could not be made.
  @inline(never)
  func startCalls(of step: UnsafeMutablePointer<ScriptStep>, for request: RequestSlot) -> Bool {
    // The topology's bound on hops: the last delivery makes no calls.
    if request.pointee.hopsLeft <= 1 { return false }
    var call = runtime.script.calls + Int(step.pointee.first)
    let end = call + Int(step.pointee.count)
    while call != end {
      let chance = call.pointee.probabilityThreshold
      if chance == .max || random.next() < chance {
        let status = start(call, for: request, retriesLeft: call.pointee.retries)
        if status != .ok, !putsUp(with: status, of: call, for: request) {
          fail(request, with: status)
          return true
        }
      }
      call += 1
    }
    guard request.pointee.firstCall != nil else { return false }
    request.pointee.latestBegin = loop.now
    if step.pointee.needsContextLater {
      request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.detach() }
      lap(.store)
    }
    stageDidPause(request)
    return true
  }

  @inline(__always)
  func didReceive(_ reply: ReceivedReply, on connection: DownstreamConnection) {
    guard let call = runtime.calls.find(id: reply.tag, on: connection) else { return countLateReply() }
    guard let request = call.pointee.request else { return passOn(call) }
    didReceive(reply.message, to: call, of: request)
  }

  @inline(never)
  private func didReceive(_ reply: ReceivedMessage, to call: CallSlot, of request: RequestSlot) {
    call.pointee.connection?._withUnsafeGuaranteedRef { stage(request, didReceiveReplyOn: $0.connection) }
    addViews(of: reply, to: request)
    let isStepOver = end(call, of: request, with: .ok)
    stage(request, didTakeReplyOf: isStepOver)
    if isStepOver { advance(request, from: request.pointee.step.unsafelyUnwrapped + 1) }
  }

  func didReceive(error reply: ReceivedReply, on connection: DownstreamConnection) {
    guard let call = runtime.calls.find(id: reply.tag, on: connection) else { return countLateReply() }
    if let request = call.pointee.request { addViews(of: reply.message, to: request) }
    didFail(call, with: StatusCode(rawValue: reply.status) ?? .unknown)
  }

  /// A connection to a callee is gone, and with it every call on it.
  func failCalls(on connection: DownstreamConnection) {
    let lost = Unmanaged.passUnretained(connection).toOpaque()
    runtime.calls.forEach { call in
      if call.pointee.connection?.toOpaque() == lost { didFail(call, with: .unavailable) }
    }
  }

  /// Cancels a call of a request that is over.
  func cancel(_ call: CallSlot, of request: RequestSlot, since time: CancelTime) {
    sendCancel(call, since: time)
    _ = end(call, of: request, with: .cancelled)
  }

  // MARK: Deadlines
  //
  // No timer and no list for each call, which nearly always ends long before its deadline: one timer stands at or
  // before the earliest, and looks through the table when it fires. That is seldom, unless calls do run into their
  // deadlines; then it is once per millisecond at most.

  /// Ends the calls whose deadline has passed: the callee is told, and the caller hears DEADLINE_EXCEEDED.
  func sweep() {
    let now = loop.now
    lastSweep = now
    nextSweep = .max
    var earliest = Int64.max
    runtime.calls.forEach { call in
      if call.pointee.deadline <= now {
        sendCancel(call, since: CancelTime(nanoseconds: now))
        didFail(call, with: .deadlineExceeded)
      } else {
        earliest = min(earliest, call.pointee.deadline)
      }
    }
    if earliest < nextSweep { scheduleSweep(for: earliest) }
  }

  @inline(never)
  func scheduleSweep(for deadline: Int64) {
    nextSweep = deadline
    sweepTimer.start(at: max(deadline, lastSweep &+ NodeServer.sweepGap))
  }

  /// What is left of a deadline, rounded down, and at least a microsecond less than a hop ago. 0 when it has passed.
  @inline(__always)
  static func remainingMicroseconds(until deadline: Int64, now: Int64) -> UInt32 {
    let remaining = (deadline &- now &- 1) / 1000
    return remaining <= 0 ? 0 : UInt32(truncatingIfNeeded: min(remaining, Int64(UInt32.max)))
  }

  // MARK: Private

  /// Starts a call, the first time or again. Anything but `ok` means that nothing was sent.
  func start(
    _ call: UnsafeMutablePointer<ScriptCall>, for request: RequestSlot, retriesLeft: Int32
  ) -> StatusCode {
    let now = loop.now
    var deadline = request.pointee.deadline
    let timeout = call.pointee.timeoutNanoseconds
    if timeout != 0 { deadline = min(deadline, now &+ timeout) }
    var remaining: UInt32 = 0
    if deadline != .max {
      remaining = NodeServer.remainingMicroseconds(until: deadline, now: now)
      if remaining == 0 { return .deadlineExceeded }
      if call.pointee.ignoresDeadline { remaining = 0 }
    }
    let edge = call.pointee.downstream.unsafelyUnwrapped
    let connection = edge._withUnsafeGuaranteedRef { $0.pick() }
    if connection == nil, !edge._withUnsafeGuaranteedRef({ $0.canWait }) { return refusal(of: edge) }
    guard let pending = runtime.calls.allocate() else { return .resourceExhausted }
    pending.pointee.connection = connection
    pending.pointee.call = call
    pending.pointee.deadline = deadline
    pending.pointee.retriesLeft = retriesLeft
    pending.join(request)
    if let connection {
      guard write(pending, of: request, remaining, to: connection) else {
        countFailedCall(edge)
        _ = end(pending, of: request, with: .resourceExhausted)
        return .resourceExhausted
      }
    } else {
      wait(pending, of: request)
    }
    if deadline < nextSweep { scheduleSweep(for: deadline) }
    if request.pointee.isAbandoned { counters.pointee.lateCalls &+= 1 }
    return .ok
  }

  /// Writes the request of a call. False when the context has outgrown what the transport carries; nothing is written
  /// then.
  private func write(
    _ pending: CallSlot, of request: RequestSlot, _ remaining: UInt32, to connection: Unmanaged<DownstreamConnection>
  ) -> Bool {
    let call = pending.pointee.call.unsafelyUnwrapped
    let begin = request.pointee.span == nil ? 0 : loop.time
    let isWritten = connection._withUnsafeGuaranteedRef { connection in
      let head = RequestHead(
        tag: pending.pointee.id, deadline: remaining, hopsLeft: request.pointee.hopsLeft &- 1,
        flags: flags(of: request))
      if call.pointee.carriesBody { return writeBody(head, of: request, call, to: connection) }
      let isWritten = connection.callee.send(head, payloadSize: call.pointee.payloadSize) { message in
        if !call.pointee.dropsContext { inject(request, into: message, of: call) }
      }
      lap(.encode)
      return isWritten
    }
    beginSpan(of: pending, of: request, isSent: isWritten, at: begin)
    return isWritten
  }

  /// Writes the context of a request into one of its calls.
  @inline(__always)
  func inject(
    _ request: RequestSlot, into message: MessageWriter, of call: UnsafeMutablePointer<ScriptCall>
  ) {
    request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { context in
      // Each call has a span id of its own; the standard work has drawn the first.
      if !request.pointee.hasFreshSpan, runtime.requests.holdsEntries { context.setSpanID(random.next() | 1) }
      request.pointee.hasFreshSpan = false
      lap(.encode)
      call.pointee.downstream.unsafelyUnwrapped._withUnsafeGuaranteedRef {
        $0.propagator.inject(context, intoMessage: message)
      }
      lap(.inject)
    }
  }

  /// Why an edge takes no call.
  @inline(never)
  func refusal(of edge: Unmanaged<Downstream>) -> StatusCode {
    countFailedCall(edge)
    let isFull = edge._withUnsafeGuaranteedRef(\.isReady)
    guard isFull else {
      counters.pointee.unreachedCalls &+= 1
      return .unavailable
    }
    counters.pointee.shed &+= 1
    return .resourceExhausted
  }

  @inline(never)
  func countFailedCall(_ edge: Unmanaged<Downstream>) {
    counters.pointee.countFailedCall(edge: edge._withUnsafeGuaranteedRef(\.counterIndex))
  }

  /// What every call of a request asks of the nodes behind it.
  @inline(__always)
  private func flags(of request: RequestSlot) -> RequestFlags {
    var flags: RequestFlags = request.pointee.echo == nil ? [] : .echo
    if stageClock != nil { flags.insert(.stages) }
    if request.pointee.isAbandoned { flags.insert(.abandoned) }
    return flags
  }

  // MARK: Waiting for a connection
  //
  // Where a connection carries one request at a time and all of an edge do, a call waits, and its context with it.

  private func wait(_ pending: CallSlot, of request: RequestSlot) {
    pending.pointee.isWaiting = true
    request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.detach() }
    edge(of: pending)._withUnsafeGuaranteedRef { $0.waiting.append(pending) }
  }

  /// A call that has waited can be sent; what cannot any more, fails.
  func sendWaiting(_ pending: CallSlot, on connection: Unmanaged<DownstreamConnection>) {
    pending.pointee.isWaiting = false
    pending.pointee.connection = connection
    let request = pending.pointee.request.unsafelyUnwrapped
    var remaining: UInt32 = 0
    if pending.pointee.deadline != .max {
      remaining = NodeServer.remainingMicroseconds(until: pending.pointee.deadline, now: loop.now)
      if remaining == 0 { return didFail(pending, with: .deadlineExceeded) }
      if pending.pointee.call.unsafelyUnwrapped.pointee.ignoresDeadline { remaining = 0 }
    }
    if !write(pending, of: request, remaining, to: connection) { didFail(pending, with: .resourceExhausted) }
  }

  /// A call that waits for a connection ends.
  func stopWaiting(_ pending: CallSlot) {
    pending.pointee.isWaiting = false
    edge(of: pending)._withUnsafeGuaranteedRef { edge in edge.waiting.removeAll { $0 == pending } }
  }

  /// Nobody will take the calls that wait for this edge.
  func failWaiting(for edge: Downstream) {
    while let pending = edge.waiting.first {
      stopWaiting(pending)
      didFail(pending, with: .unavailable)
    }
  }

  private func edge(of pending: CallSlot) -> Unmanaged<Downstream> {
    pending.pointee.call.unsafelyUnwrapped.pointee.downstream.unsafelyUnwrapped
  }

  /// A reply to a call that was given up before, or that was sent to somebody else.
  @inline(never)
  private func countLateReply() { counters.pointee.lateReplies &+= 1 }

  private func addViews(of reply: ReceivedMessage, to request: RequestSlot) {
    guard let echo = request.pointee.echo else { return }
    echo._withUnsafeGuaranteedRef { echo in reply.withViews { echo.add(reply: $0) } }
  }

  /// Frees the slot. True when no other call of the request is under way.
  private func end(_ call: CallSlot, of request: RequestSlot, with status: StatusCode) -> Bool {
    if call.pointee.isWaiting { stopWaiting(call) }
    endSpan(of: call, with: status)
    call.leave(request)
    runtime.calls.free(call)
    return request.pointee.firstCall == nil
  }

  @inline(never)
  private func didFail(_ call: CallSlot, with status: StatusCode) {
    guard let request = call.pointee.request else { return failForwarded(call, with: status) }
    countFailedCall(edge(of: call))
    let (retriesLeft, deadline, scriptCall) =
      (call.pointee.retriesLeft, call.pointee.deadline, call.pointee.call.unsafelyUnwrapped)
    stage(request, didLoseCallOn: call.pointee.connection?._withUnsafeGuaranteedRef(\.connection))
    let isStepOver = end(call, of: request, with: status)
    // Cut short by its own timeout, and not by the request's deadline.
    let hasOwnTimeout = deadline < request.pointee.deadline
    let isRetryable = status == .unavailable || (status == .deadlineExceeded && hasOwnTimeout)
    if isRetryable, retriesLeft > 0, start(scriptCall, for: request, retriesLeft: retriesLeft - 1) == .ok {
      counters.pointee.retries &+= 1
    } else if putsUp(with: status, of: scriptCall, for: request) {
      stage(request, didTakeReplyOf: isStepOver)
      if isStepOver { advance(request, from: request.pointee.step.unsafelyUnwrapped + 1) }
    } else {
      fail(request, with: status)
    }
  }

  /// Whether a request goes on without that call. Past its own deadline nobody waits for it.
  private func putsUp(
    with status: StatusCode, of call: UnsafeMutablePointer<ScriptCall>, for request: RequestSlot
  ) -> Bool {
    guard call.pointee.isOptional, request.pointee.deadline > loop.now else { return false }
    counters.pointee.toleratedFailures &+= 1
    return true
  }
}
