// What a run does when connections are lost, and when others take their place.

internal import EventLoop
internal import Statistics
internal import TransportCore

extension LoadRun {
  /// A connection is gone: what was under way on it has failed. In a closed loop others take its place.
  package func didLose(_ connection: LoadConnection) {
    guard phase != .finished, let index = lanes.didLose(connection, now: loop.now) else { return }
    let lost = slots(on: index).filter { slot in
      !heirless.contains { $0.tag == table.tag(of: Int32(slot)) }
    }
    for slot in lost {
      let request = table.requests[slot]
      remove(Int32(slot))
      tally.didFail(request, .connectionLost, now: loop.now)
    }
    if lanes.mayRecover || lanes.isReplacing {
      if isSending { awaitConnection() }
    } else if !lanes.canSend {
      finish(because: "every connection to the entry was lost")
    }
    for _ in lost { didEndRequest() }
    sendOwed()
  }

  /// What had to wait goes now, or waits again, or is shed.
  func sendOwed() {
    let count = owedCount
    owedCount = 0
    for _ in 0..<count { sendNext() }
    if isStalled { sendDueRequests() }
  }

  /// Closed loop: no connection takes a request now, and one will.
  var mustWait: Bool {
    (lanes.mayRecover && !lanes.canSend) || ((waitsForRoom || lanes.isReplacing) && lanes.isBusy)
  }

  /// Open loop: what is due waits for a connection, its time running.
  var mustStall: Bool { (waitsForRoom || lanes.isReplacing) && lanes.isBusy }

  /// A server that is not ours has answered.
  @inline(never)
  func didReceiveForeign(_ reply: ReceivedReply, of request: PendingRequest, now: Int64) {
    let isGRPC = reply.message.kind == .grpc
    let status = isGRPC ? reply.status : reply.message.httpStatus
    tally.didReceive(status: status)
    if expected?.contains(status) == true {
      tally.didComplete(request, now: now)
    } else {
      tally.didFail(request, isGRPC ? .status(status) : .httpStatus(status), now: now)
    }
    didEndRequest()
  }

  /// A connection is about to end: it takes nothing new.
  func willRetire() { lanes.isIncomplete = true }

  /// A connection has ended in good order, with nothing under way.
  func didRetire(_ connection: LoadConnection) {
    guard phase != .finished else { return }
    lanes.retire(connection, now: loop.now)
    if isSending || !heirless.isEmpty { awaitConnection() }
  }

  /// The entry has not looked at these requests: they go out over another connection, or over the one that will take this
  /// one's place. False when there will be none.
  func sendElsewhere(_ requests: [UnansweredRequest]) -> Bool {
    guard phase != .finished else { return false }
    guard let index = lanes.pick() else {
      guard lanes.isReplacing else { return false }
      heirless += requests
      awaitConnection()
      return true
    }
    for request in requests {
      let slot = table.find(tag: request.tag)
      if slot >= 0 { table.requests[Int(slot)].connection = Int32(truncatingIfNeeded: index) }
    }
    lanes[index]._withUnsafeGuaranteedRef { $0.callee.send(again: requests) }
    return true
  }

  /// A connection in the place of one that was lost takes requests.
  package func didConnect(_ connection: LoadConnection) {
    lanes.didConnect(connection)
    let left = heirless.filter { table.find(tag: $0.tag) >= 0 }
    heirless = []
    if !left.isEmpty, !sendElsewhere(left) { fail(left) }
    sendOwed()
  }

  private func fail(_ requests: [UnansweredRequest]) {
    for slot in requests.map({ table.find(tag: $0.tag) }) where slot >= 0 {
      let request = table.requests[Int(slot)]
      remove(slot)
      tally.didFail(request, .connectionLost, now: loop.now)
      didEndRequest()
    }
  }

  func awaitConnection() {
    lanes.replaceRetired(now: loop.now)
    let due = lanes.nextDue
    guard due != laneDue else { return }
    laneDue = due
    guard due < .max else { return }
    laneTimer.start(after: max(0, due &- loop.now))
  }

  /// Of the requests under way on a connection. A walk, as long as many are under way.
  private func slots(on index: Int) -> [Int] {
    (0..<table.usedCount).filter { table.requests[$0].isActive && table.requests[$0].connection == Int32(index) }
  }

  func connectAgain() {
    laneDue = .max
    guard isSending || !heirless.isEmpty else { return }
    let isTried = lanes.takeDue(now: loop.now, isInUse: { !slots(on: $0).isEmpty }) { gone in
      let connection = delegate.run(self, replace: gone)
      connection?.begin(self)
      return connection
    }
    if isTried {
      awaitConnection()
    } else {
      finish(because: "there was no connection to the entry for so long that none was awaited any more")
    }
  }
}
