// What a run does when connections are lost, and when others take their place.

internal import EventLoop

extension LoadRun {
  /// A connection is gone: what was under way on it has failed. In a closed loop others take its place.
  package func didLose(_ connection: LoadConnection) {
    guard phase != .finished, let index = lanes.didLose(connection, now: loop.now) else { return }
    var lostCount = 0
    for slot in 0..<table.usedCount
    where table.requests[slot].isActive && table.requests[slot].connection == Int32(index) {
      let request = table.requests[slot]
      remove(Int32(slot))
      tally.didFail(request, .connectionLost, now: loop.now)
      lostCount += 1
    }
    if lanes.mayRecover {
      if isSending { awaitConnection() }
    } else if !lanes.canSend {
      finish(because: "every connection to the entry was lost")
    }
    for _ in 0..<lostCount { didEndRequest() }
  }

  /// A connection in the place of one that was lost takes requests.
  package func didConnect(_ connection: LoadConnection) {
    lanes.didConnect(connection)
    let count = owedCount
    owedCount = 0
    for _ in 0..<count { sendNext() }
  }

  func awaitConnection() {
    lanes.replaceRetired(now: loop.now)
    let due = lanes.nextDue
    guard due != laneDue else { return }
    laneDue = due
    guard due < .max else { return }
    laneTimer.start(after: max(0, due &- loop.now))
  }

  func connectAgain() {
    laneDue = .max
    guard isSending else { return }
    let isTried = lanes.takeDue(now: loop.now) { gone in
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
