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
    let head = request.head
    let edge = call.pointee.downstream.unsafelyUnwrapped
    guard let connection = edge._withUnsafeGuaranteedRef({ $0.pick() }) else {
      return edge._withUnsafeGuaranteedRef { $0.canWait }
        ? beginScript(for: request, from: caller, reader: reader) : refuse(head, from: caller, with: refusal(of: edge))
    }
    guard let pending = runtime.calls.allocate() else {
      counters.pointee.shed &+= 1
      return refuse(head, from: caller, with: .resourceExhausted)
    }
    let remaining = head.deadline
    let deadline = remaining == 0 ? .max : loop.readTime &+ Int64(remaining) &* 1000
    pending.pointee.connection = connection
    pending.pointee.deadline = deadline
    pending.pointee.caller = Unmanaged.passUnretained(caller)
    pending.pointee.callerTag = head.tag
    pending.join(caller.forwarded)
    let isWritten = connection._withUnsafeGuaranteedRef { connection in
      runtime.forwardedContext._withUnsafeGuaranteedRef { context in
        extract(request.message, into: context, reader: reader)
        if !doStandardWork(on: context), runtime.requests.holdsEntries { context.setSpanID(random.next() | 1) }
        // In the turn in which the request came, a microsecond less is what `remainingMicroseconds` would say.
        let message = connection.callee.begin(
          RequestHead(
            tag: pending.pointee.id, deadline: remaining == 0 ? 0 : remaining &- 1, hopsLeft: head.hopsLeft &- 1))
        edge._withUnsafeGuaranteedRef { $0.propagator.inject(context, intoMessage: message) }
        return connection.callee.finish(message, tag: pending.pointee.id, payloadSize: call.pointee.payloadSize)
      }
    }
    guard isWritten else { return failForwarded(pending, with: .resourceExhausted) }
    if deadline < nextSweep { scheduleSweep(for: deadline) }
  }

  /// The callee has answered: so does this service.
  @inline(__always)
  func passOn(_ call: CallSlot) {
    call.pointee.caller.unsafelyUnwrapped._withUnsafeGuaranteedRef {
      $0.caller.reply(to: call.pointee.callerTag, payloadSize: runtime.responseSize)
    }
    counters.pointee.responses &+= 1
    call.leaveRing()
    runtime.calls.free(call)
  }

  @inline(never)
  func failForwarded(_ call: CallSlot, with status: StatusCode) {
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
