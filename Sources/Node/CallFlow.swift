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
  func startCalls(of step: UnsafeMutablePointer<ScriptStep>, for index: Int32) -> Bool {
    let request = requests.slots + Int(index)
    // The topology's bound on hops: the last delivery makes no calls.
    if request.pointee.hopsLeft <= 1 { return false }
    var position = step.pointee.first
    let end = position &+ step.pointee.count
    while position < end {
      defer { position &+= 1 }
      let call = scriptCalls.baseAddress! + Int(position)
      let chance = call.pointee.probabilityThreshold
      if chance != .max, random.next() >= chance { continue }
      let status = start(position, for: index, retriesLeft: call.pointee.retries)
      guard case .ok = status else {
        finish(index, status: status)
        return true
      }
    }
    guard request.pointee.outstanding > 0 else { return false }
    if step.pointee.needsContextLater { request.pointee.context._withUnsafeGuaranteedRef { $0.detach() } }
    return true
  }

  /// Sends one call. Anything but `ok` means that nothing was sent.
  private func start(_ position: Int32, for index: Int32, retriesLeft: Int32) -> StatusCode {
    let request = requests.slots + Int(index)
    let call = scriptCalls.baseAddress! + Int(position)
    let ownDeadline = call.pointee.timeoutNanoseconds == 0 ? Int64.max : loop.now &+ call.pointee.timeoutNanoseconds
    let deadline = min(request.pointee.deadline, ownDeadline)
    let remaining = NodeServer.remainingMicroseconds(until: deadline, now: loop.now)
    if deadline != .max && remaining == 0 { return .deadlineExceeded }
    let edge = edges[Int(call.pointee.edge)]
    guard let connection = edge._withUnsafeGuaranteedRef({ $0.pick() }) else { return .unavailable }
    let slot = calls.allocate()
    guard slot >= 0 else { return .resourceExhausted }
    let pending = calls.slots + Int(slot)
    pending.pointee.request = index
    pending.pointee.call = position
    pending.pointee.retriesLeft = retriesLeft
    pending.pointee.isActive = true
    pending.pointee.hasOwnTimeout = ownDeadline < request.pointee.deadline
    pending.pointee.connection = connection
    let token = TimerToken.call | UInt64(UInt32(bitPattern: slot))
    pending.pointee.timer =
      deadline == .max ? -1 : wheel._withUnsafeGuaranteedRef { $0.schedule(at: deadline, token: token) }
    link(slot, to: request)
    request.pointee.outstanding &+= 1
    counters.pointee.calls &+= 1

    connection._withUnsafeGuaranteedRef { send(call, slot, request, edge, remaining, on: $0.connection) }
    return .ok
  }

  private func send(
    _ call: UnsafeMutablePointer<ScriptCall>, _ slot: Int32, _ request: UnsafeMutablePointer<InboundRequest>,
    _ edge: Unmanaged<Downstream>, _ remaining: UInt32, on connection: Connection
  ) {
    var writer = FrameWriter(
      to: connection.output, type: .request, flags: request.pointee.echo == nil ? 0 : FrameFlags.echo,
      id: calls.wireID(slot), deadline: remaining, hopsLeft: Int(request.pointee.hopsLeft &- 1))
    if !call.pointee.dropsContext {
      request.pointee.context._withUnsafeGuaranteedRef { context in
        // Each call has a span id of its own; the standard work has drawn the first.
        if !request.pointee.hasFreshSpan, context.holdsEntries { context.setSpanID(random.next() | 1) }
        request.pointee.hasFreshSpan = false
        edge._withUnsafeGuaranteedRef { $0.propagator.inject(context, into: &writer) }
      }
    }
    writer.finish(payloadSize: call.pointee.payloadSize)
    connection.send()
  }

  /// What is left of a deadline, rounded down, and at least a microsecond less than a hop ago. 0 when it has passed,
  /// and for no deadline at all.
  static func remainingMicroseconds(until deadline: Int64, now: Int64) -> UInt32 {
    guard deadline != .max else { return 0 }
    let remaining = (deadline &- now &- 1) / 1000
    return remaining <= 0 ? 0 : UInt32(truncatingIfNeeded: min(remaining, Int64(UInt32.max)))
  }

  func didReceive(reply frame: Frame, status: StatusCode) {
    let slot = calls.find(wireID: frame.id)
    guard slot >= 0 else {
      counters.pointee.lateReplies &+= 1
      return
    }
    let index = calls.slots[Int(slot)].request
    if let echo = requests.slots[Int(index)].echo, frame.contextSize > 0 {
      echo._withUnsafeGuaranteedRef { $0.add(reply: frame.context) }
    }
    complete(slot, status: status)
  }

  /// The deadline of a call has passed: the callee is told, and the caller hears DEADLINE_EXCEEDED.
  func didExpire(call slot: Int32) {
    calls.slots[Int(slot)].timer = -1
    sendCancel(slot)
    complete(slot, status: .deadlineExceeded)
  }

  /// A connection to a callee is gone, and with it every call on it.
  func didLose(_ connection: DownstreamConnection) {
    let lost = Unmanaged.passUnretained(connection).toOpaque()
    for slot in 0..<calls.usedCount
    where calls.slots[slot].isActive && calls.slots[slot].connection.toOpaque() == lost {
      complete(Int32(slot), status: .unavailable)
    }
  }

  /// Cancels a call whose request is over.
  func giveUp(call slot: Int32) {
    sendCancel(slot)
    remove(slot)
  }

  // MARK: Private

  private func complete(_ slot: Int32, status: StatusCode) {
    let pending = calls.slots[Int(slot)]
    let request = requests.slots + Int(pending.request)
    remove(slot)
    request.pointee.outstanding &-= 1
    guard case .ok = status else {
      if pending.retriesLeft > 0, isRetryable(status, pending), retry(pending) { return }
      return finish(pending.request, status: status)
    }
    if request.pointee.outstanding == 0 {
      request.pointee.step &+= 1
      advance(pending.request)
    }
  }

  private func isRetryable(_ status: StatusCode, _ call: PendingCall) -> Bool {
    status == .unavailable || (status == .deadlineExceeded && call.hasOwnTimeout)
  }

  @inline(never)
  private func retry(_ call: PendingCall) -> Bool {
    guard start(call.call, for: call.request, retriesLeft: call.retriesLeft - 1) == .ok else { return false }
    counters.pointee.retries &+= 1
    return true
  }

  @inline(never)
  private func sendCancel(_ slot: Int32) {
    calls.slots[Int(slot)].connection._withUnsafeGuaranteedRef { connection in
      guard connection.connection.isOpen else { return }
      FrameWriter(to: connection.connection.output, type: .cancel, id: calls.wireID(slot)).finish(payloadSize: 0)
      connection.connection.send()
    }
  }

  private func remove(_ slot: Int32) {
    let pending = calls.slots + Int(slot)
    if pending.pointee.timer >= 0 { wheel._withUnsafeGuaranteedRef { $0.cancel(pending.pointee.timer) } }
    let (previous, next) = (pending.pointee.previous, pending.pointee.next)
    if previous >= 0 {
      calls.slots[Int(previous)].next = next
    } else {
      requests.slots[Int(pending.pointee.request)].firstCall = next
    }
    if next >= 0 { calls.slots[Int(next)].previous = previous }
    calls.free(slot)
  }

  private func link(_ slot: Int32, to request: UnsafeMutablePointer<InboundRequest>) {
    let first = request.pointee.firstCall
    calls.slots[Int(slot)].previous = -1
    calls.slots[Int(slot)].next = first
    if first >= 0 { calls.slots[Int(first)].previous = slot }
    request.pointee.firstCall = slot
  }
}
