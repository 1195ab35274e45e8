// What a node does when a caller has given a request up, beside forgetting it: callees are told, and work that went on is
// counted.

internal import Control
internal import EventLoop
internal import TransportCore

extension NodeServer {
  /// Tells the callee that nobody waits for the call any more; behind an edge that ignores deadlines it continues.
  func sendCancel(_ call: CallSlot, since time: CancelTime) {
    // What is forwarded has no call of a script.
    let continues = call.pointee.request != nil && call.pointee.call.unsafelyUnwrapped.pointee.ignoresDeadline
    send(call, cancelledAt: time, continues: continues)
  }

  /// Tells the callee to go on, though nobody waits.
  func sendAbandoned(_ call: CallSlot, since time: CancelTime) { send(call, cancelledAt: time, continues: true) }

  /// The caller gave this request up and, as services without context propagation do, did not say so. It continues.
  func abandon(_ request: RequestSlot, since time: CancelTime) {
    guard !request.pointee.isAbandoned else { return }
    request.pointee.isAbandoned = true
    counters.pointee.abandoned &+= 1
    let hasBegun = countWork(of: request, since: time)
    if !hasBegun, request.pointee.timer >= 0, request.pointee.step?.pointee.kind == .sleep {
      counters.pointee.lateSleeps &+= 1
    }
    var call = request.pointee.firstCall
    while let next = call {
      sendAbandoned(next, since: time)
      call = next.pointee.next
    }
  }

  /// Counts what this request began between the caller's giving up and now, when the node is told: the latest slice
  /// of work, sleep or run of calls. True when there was such.
  @discardableResult
  func countWork(of request: RequestSlot, since time: CancelTime) -> Bool {
    let now = loop.refreshNow()
    guard let age = time.age(at: now), request.pointee.latestBegin > now &- age else { return false }
    switch request.pointee.step?.pointee.kind {
    case .work: counters.pointee.lateSlices &+= 1
    case .sleep: counters.pointee.lateSleeps &+= 1
    case .calls:
      var call = request.pointee.firstCall
      while let next = call {
        counters.pointee.lateCalls &+= 1
        call = next.pointee.next
      }
    default: return false
    }
    return true
  }

  /// This node has stopped what somebody gave up then.
  func countStop(since time: CancelTime) {
    guard let age = time.age(at: loop.refreshNow()) else { return }
    counters.pointee.stopDurationMax = max(counters.pointee.stopDurationMax, UInt64(age))
  }

  private func send(_ call: CallSlot, cancelledAt time: CancelTime, continues: Bool) {
    if call.pointee.isWaiting {
      if !continues { stopWaiting(call) }
    } else {
      call.pointee.connection?._withUnsafeGuaranteedRef {
        $0.cancel(call.pointee.id, at: time, continues: continues)
      }
    }
  }
}
