// The life of a call to a later service: inject and send, then a reply, a deadline or a lost connection.

internal import Bytes
internal import Context
internal import Control
internal import EventLoop
internal import Propagation
internal import Statistics
internal import Topology
internal import Wire

extension NodeServer {
  /// Starts the calls of a step. True when the request now waits for replies, or has been answered because a call
  /// could not be made.
  @inline(__always)
  func startCalls(of step: UnsafeMutablePointer<ScriptStep>, for request: RequestSlot) -> Bool {
    // The topology's bound on hops: the last delivery makes no calls.
    if request.pointee.hopsLeft <= 1 { return false }
    var call = scriptCalls + Int(step.pointee.first)
    let end = call + Int(step.pointee.count)
    while call != end {
      let chance = call.pointee.probabilityThreshold
      if chance == .max || random.next() < chance {
        let status = start(call, for: request, retriesLeft: call.pointee.retries)
        guard case .ok = status else {
          fail(request, with: status)
          return true
        }
      }
      call += 1
    }
    guard request.pointee.outstanding > 0 else { return false }
    if step.pointee.needsContextLater {
      request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.detach() }
    }
    return true
  }

  func didReceive(response frame: Frame, on connection: DownstreamConnection) {
    guard let call = find(frame, on: connection) else { return }
    let request = end(call)
    if request.pointee.outstanding == 0 { goOn(request) }
  }

  func didReceive(error frame: Frame, on connection: DownstreamConnection) {
    guard let call = find(frame, on: connection) else { return }
    didFail(call, with: StatusCode(rawValue: frame.status) ?? .unknown)
  }

  /// A connection to a callee is gone, and with it every call on it.
  func failCalls(on connection: DownstreamConnection) {
    let lost = Unmanaged.passUnretained(connection).toOpaque()
    calls.forEach { call in
      if call.pointee.connection?.toOpaque() == lost { didFail(call, with: .unavailable) }
    }
  }

  /// Cancels a call whose request is over.
  func giveUp(_ call: CallSlot) {
    sendCancel(call)
    end(call)
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
    calls.forEach { call in
      if call.pointee.deadline <= now {
        sendCancel(call)
        didFail(call, with: .deadlineExceeded)
      } else {
        earliest = min(earliest, call.pointee.deadline)
      }
    }
    if earliest < nextSweep { scheduleSweep(for: earliest) }
  }

  @inline(never)
  private func scheduleSweep(for deadline: Int64) {
    nextSweep = deadline
    sweepTimer.start(after: max(deadline, lastSweep &+ NodeServer.sweepGap) &- loop.now)
  }

  /// What is left of a deadline, rounded down, and at least a microsecond less than a hop ago. 0 when it has passed.
  @inline(__always)
  static func remainingMicroseconds(until deadline: Int64, now: Int64) -> UInt32 {
    let remaining = (deadline &- now &- 1) / 1000
    return remaining <= 0 ? 0 : UInt32(truncatingIfNeeded: min(remaining, Int64(UInt32.max)))
  }

  // MARK: Private

  /// Sends one call. Anything but `ok` means that nothing was sent.
  @inline(__always)
  private func start(
    _ call: UnsafeMutablePointer<ScriptCall>, for request: RequestSlot, retriesLeft: Int32
  ) -> StatusCode {
    let now = loop.now
    var deadline = request.pointee.deadline
    let timeout = call.pointee.timeoutNanoseconds
    let hasOwnTimeout = timeout != 0 && now &+ timeout < deadline
    if hasOwnTimeout { deadline = now &+ timeout }
    var remaining: UInt32 = 0
    if deadline != .max {
      remaining = NodeServer.remainingMicroseconds(until: deadline, now: now)
      if remaining == 0 { return .deadlineExceeded }
    }
    let edge = edges[Int(call.pointee.edge)]
    guard let connection = edge._withUnsafeGuaranteedRef({ $0.pick() }) else { return .unavailable }
    guard let pending = calls.allocate() else { return .resourceExhausted }
    pending.pointee.request = request
    pending.pointee.connection = connection
    pending.pointee.call = call
    pending.pointee.deadline = deadline
    pending.pointee.retriesLeft = retriesLeft
    pending.pointee.hasOwnTimeout = hasOwnTimeout
    pending.join(request)
    let isSent = connection._withUnsafeGuaranteedRef { connection in
      edge._withUnsafeGuaranteedRef { send(pending, of: request, remaining, $0.propagator, on: connection.connection) }
    }
    guard isSent else {
      end(pending)
      return .resourceExhausted
    }
    if deadline < nextSweep { scheduleSweep(for: deadline) }
    counters.pointee.calls &+= 1
    return .ok
  }

  /// False when the context does not fit a frame; nothing is sent then.
  @inline(__always)
  private func send(
    _ pending: CallSlot, of request: RequestSlot, _ remaining: UInt32, _ propagator: any Propagator,
    on connection: Connection
  ) -> Bool {
    let call = pending.pointee.call.unsafelyUnwrapped
    connection.willAppend()
    var writer = FrameWriter(
      to: connection.output, type: .request, flags: request.pointee.echo == nil ? 0 : FrameFlags.echo,
      id: pending.pointee.id, deadline: remaining, hopsLeft: request.pointee.hopsLeft &- 1)
    if !call.pointee.dropsContext {
      request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { context in
        // Each call has a span id of its own; the standard work has drawn the first.
        if !request.pointee.hasFreshSpan, requests.holdsEntries { context.setSpanID(random.next() | 1) }
        request.pointee.hasFreshSpan = false
        propagator.injectFrame(context, into: &writer)
      }
      guard writer.isWithinLimits else {
        writer.discard()
        return false
      }
    }
    writer.finish(payloadSize: call.pointee.payloadSize)
    return true
  }

  /// The call that a reply answers; nil, and counted, when it was given up before, or sent to somebody else.
  @inline(__always)
  private func find(_ frame: Frame, on connection: DownstreamConnection) -> CallSlot? {
    guard let call = calls.find(id: frame.id),
      call.pointee.connection?.toOpaque() == Unmanaged.passUnretained(connection).toOpaque()
    else {
      counters.pointee.lateReplies &+= 1
      return nil
    }
    if let echo = call.pointee.request.unsafelyUnwrapped.pointee.echo, frame.contextSize > 0 {
      echo._withUnsafeGuaranteedRef { $0.add(reply: frame.context) }
    }
    return call
  }

  /// Frees the slot; returns the request that made the call.
  @inline(__always)
  @discardableResult
  private func end(_ call: CallSlot) -> RequestSlot {
    let request = call.pointee.request.unsafelyUnwrapped
    call.leave(request)
    calls.free(call)
    return request
  }

  /// Every call of the step was answered.
  @inline(__always)
  private func goOn(_ request: RequestSlot) {
    let next = request.pointee.step.unsafelyUnwrapped + 1
    // The end of the script comes next far more often than not.
    if case .reply = next.pointee.kind { reply(to: request) } else { advance(request, from: next) }
  }

  @inline(never)
  private func didFail(_ call: CallSlot, with status: StatusCode) {
    let (retriesLeft, hasOwnTimeout, scriptCall) =
      (call.pointee.retriesLeft, call.pointee.hasOwnTimeout, call.pointee.call.unsafelyUnwrapped)
    let request = end(call)
    let isRetryable = status == .unavailable || (status == .deadlineExceeded && hasOwnTimeout)
    if isRetryable, retriesLeft > 0, start(scriptCall, for: request, retriesLeft: retriesLeft - 1) == .ok {
      counters.pointee.retries &+= 1
    } else {
      fail(request, with: status)
    }
  }

  @inline(never)
  private func sendCancel(_ call: CallSlot) {
    call.pointee.connection?._withUnsafeGuaranteedRef { connection in
      guard connection.connection.isOpen else { return }
      FrameWriter(to: connection.connection.output, type: .cancel, id: call.pointee.id).finish(payloadSize: 0)
      connection.connection.send()
    }
  }
}
