// A request that is forwarded: the life of nearly every request in a chain. The call downstream holds all that is
// known of it, and its context is done with before the next request is looked at.

internal import Bytes
internal import Context
internal import Control
internal import EventLoop
internal import Propagation
internal import Statistics
internal import TransportCore

extension NodeServer {
  /// Whether nothing but the service's one call is asked: no echo, a hop left for it, and time.
  @inline(__always)
  func canForward(_ head: RequestHead) -> Bool { head.flags.isEmpty && head.hopsLeft > 1 && head.deadline != 1 }

  /// Extract, the standard work, inject and send, as `beginScript` and `startCalls` do it.
  @inline(__always)
  func forward(
    _ request: ReceivedRequest, from caller: InboundConnection, reader: ContextReader,
    call: UnsafeMutablePointer<ScriptCall>
  ) {
    // What is nearly always there. All else is out of line and does not come back here, so that no register is saved
    // for it.
    guard let connection = call.pointee.downstream.unsafelyUnwrapped._withUnsafeGuaranteedRef({ $0.single }),
      let pending = runtime.calls.allocateFreed()
    else {
      return forwardOtherwise(request.message, request.head, from: caller, reader: reader, call: call)
    }
    forward(request, from: caller, reader: reader, call: call, as: pending, on: connection)
  }

  /// The same in a service that records spans.
  @inline(never)
  func forwardRecording(
    _ message: ReceivedMessage, _ head: RequestHead, from caller: InboundConnection, reader: ContextReader,
    call: UnsafeMutablePointer<ScriptCall>
  ) {
    guard let connection = call.pointee.downstream.unsafelyUnwrapped._withUnsafeGuaranteedRef({ $0.single }),
      let pending = runtime.calls.allocateFreed()
    else {
      return forwardOtherwise(message, head, from: caller, reader: reader, call: call, recorder: runtime.recorder)
    }
    forward(
      ReceivedRequest(message, head), from: caller, reader: reader, call: call, as: pending, on: connection,
      recorder: runtime.recorder)
  }

  /// The same with whichever connection and slot there are, if any.
  @inline(never)
  private func forwardOtherwise(
    _ message: ReceivedMessage, _ head: RequestHead, from caller: InboundConnection, reader: ContextReader,
    call: UnsafeMutablePointer<ScriptCall>, recorder: Unmanaged<SpanRecorder>? = nil
  ) {
    let edge = call.pointee.downstream.unsafelyUnwrapped
    guard let connection = edge._withUnsafeGuaranteedRef({ $0.pick() }) else {
      return edge._withUnsafeGuaranteedRef { $0.canWait }
        ? beginScript(for: message, head, from: caller, reader: reader)
        : refuse(head, from: caller, with: refusal(of: edge))
    }
    guard let pending = runtime.calls.allocate() else {
      counters.pointee.shed &+= 1
      return refuse(head, from: caller, with: .resourceExhausted)
    }
    forward(
      ReceivedRequest(message, head), from: caller, reader: reader, call: call, as: pending, on: connection,
      recorder: recorder)
  }

  @inline(__always)
  private func forward(
    _ request: ReceivedRequest, from caller: InboundConnection, reader: ContextReader,
    call: UnsafeMutablePointer<ScriptCall>, as pending: CallSlot, on connection: Unmanaged<DownstreamConnection>,
    recorder: Unmanaged<SpanRecorder>? = nil
  ) {
    let head = request.head
    // In the turn in which the request came, a microsecond less is what `remainingMicroseconds` would say.
    let (deadline, remaining) =
      head.deadline == 0
      ? (.max, 0) : (loop.readTime &+ Int64(head.deadline) &* 1000, head.deadline &- 1)
    pending.pointee.connection = connection
    pending.pointee.deadline = deadline
    pending.pointee.caller = Unmanaged.passUnretained(caller)
    pending.pointee.callerTag = head.tag
    pending.join(caller.forwarded)
    if deadline < nextSweep { scheduleSweep(for: deadline) }
    let isWritten = connection._withUnsafeGuaranteedRef { connection in
      runtime.forwardedContext._withUnsafeGuaranteedRef { context in
        let drops = extract(request.message, into: context, reader: reader)
        let span = recorder.flatMap { beginSpan(context, from: caller, dropping: drops, by: $0) }
        // Without entries there is no work either.
        if runtime.requests.holdsEntries, !doStandardWork(on: context) { context.setSpanID(random.next() | 1) }
        let sent = RequestHead(tag: pending.pointee.id, deadline: remaining, hopsLeft: head.hopsLeft &- 1)
        let begin = span == nil ? 0 : loop.time
        let isWritten = connection.callee.send(sent, payloadSize: call.pointee.payloadSize) { message in
          call.pointee.downstream.unsafelyUnwrapped._withUnsafeGuaranteedRef {
            $0.propagator.inject(context, intoMessage: message)
          }
        }
        if let span { beginSpan(of: pending, in: span, context, call, at: begin) }
        return isWritten
      }
    }
    if !isWritten { failForwarded(pending, with: .resourceExhausted) }
  }

  /// The callee has answered: so does this service.
  @inline(__always)
  func passOn(_ call: CallSlot) {
    // Out of line, and does not come back here: see `forward`.
    if call.pointee.span != nil { return passOnRecorded(call) }
    finishForwarded(call)
  }

  @inline(never)
  private func passOnRecorded(_ call: CallSlot) {
    endSpan(of: call, with: .ok)
    finishForwarded(call)
  }

  @inline(__always)
  private func finishForwarded(_ call: CallSlot) {
    call.pointee.caller.unsafelyUnwrapped._withUnsafeGuaranteedRef {
      $0.caller.reply(to: call.pointee.callerTag, payloadSize: runtime.responseSize)
    }
    counters.pointee.responses &+= 1
    call.leaveRing()
    runtime.calls.free(call)
  }

  @inline(never)
  func failForwarded(_ call: CallSlot, with status: StatusCode) {
    if let edge = (runtime.forwardedCall ?? runtime.recordedCall)?.pointee.downstream { countFailedCall(edge) }
    endSpan(of: call, with: status)
    call.pointee.caller.unsafelyUnwrapped._withUnsafeGuaranteedRef {
      sendError(status, tag: call.pointee.callerTag, to: $0)
    }
    call.leaveRing()
    runtime.calls.free(call)
  }

  /// See `cancel(_:from:)`.
  func cancelForwarded(_ cancel: ReceivedCancel, from caller: InboundConnection) {
    var call = caller.forwarded.pointee.next.unsafelyUnwrapped
    while call != caller.forwarded {
      if call.pointee.callerTag == cancel.tag {
        return cancel.continues
          ? abandonForwarded(call, since: cancel.cancelledAt) : stopForwarded(call, since: cancel.cancelledAt)
      }
      call = call.pointee.next.unsafelyUnwrapped
    }
  }

  /// See `stopRequests(of:)`.
  func stopForwarded(of caller: InboundConnection, since time: CancelTime) {
    while let call = caller.forwarded.pointee.next, call != caller.forwarded { stopForwarded(call, since: time) }
  }

  private func stopForwarded(_ call: CallSlot, since time: CancelTime) {
    counters.pointee.cancelled &+= 1
    call.pointee.caller.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.caller.abandon(call.pointee.callerTag) }
    sendCancel(call, since: time)
    endSpan(of: call, with: .cancelled)
    call.leaveRing()
    runtime.calls.free(call)
    countStop(since: time)
  }

  /// Its callee works on, and is told so. Nothing is left to do here that could be counted.
  private func abandonForwarded(_ call: CallSlot, since time: CancelTime) {
    counters.pointee.abandoned &+= 1
    sendAbandoned(call, since: time)
  }
}
