// What a stage pass adds to the life of a request: when it came, how long its calls were waited for. Without a stage clock
// each of these is one comparison.

package import Control
internal import EventLoop
internal import Results
internal import TransportCore

/// Nanoseconds of the loop's clock; kept while the node has a stage clock.
struct StageMarks {
  /// Begin of the read that brought the request.
  var arrival: Int64 = 0
  /// The clock's mark when the request had to wait, for time or for calls.
  var paused: Int64 = 0
  /// Begin of the earliest write of a call of this step that has been answered; `Int64.max` for none.
  var firstWrite = Int64.max
  /// What those calls took, one by one.
  var waited: Int64 = 0
  /// Begin of the read of the latest reply.
  var replied: Int64 = 0
  /// What replies took that were not the last of their step.
  var handled: Int64 = 0
}

extension NodeServer {
  /// Begins to clock every request that runs a script, or ends it. Returns the sums since the begin.
  package func clockStages(_ isOn: Bool) -> StageSums {
    var sums = stageClock?.finish() ?? StageSums()
    sums.write = writeNanoseconds - stageWriteStart
    loop.clockIO(isOn)
    stageClock = isOn ? StageClock(loop: loop) : nil
    stageWriteStart = writeNanoseconds
    connections.values.forEach { $0.caller.clock(stageClock?.compression) }
    edges.forEach { edge in edge.connections.forEach { $0.callee.clock(stageClock?.compression) } }
    return sums
  }

  @inline(__always)
  func lap(_ stage: Stage) { stageClock?.lap(stage) }

  func stage(_ request: RequestSlot, didArriveOn connection: Connection) {
    guard let stageClock else { return }
    request.pointee.stage = StageMarks(arrival: stageClock.didReceiveMessage(on: connection))
  }

  func stage(_ request: RequestSlot, didReceiveReplyOn connection: Connection) {
    guard let stageClock else { return }
    let arrival = stageClock.didReceiveMessage(on: connection)
    let writeStart = connection.ioClock.writeStart
    request.pointee.stage.replied = arrival
    request.pointee.stage.firstWrite = min(request.pointee.stage.firstWrite, writeStart)
    request.pointee.stage.waited += arrival - writeStart
  }

  /// A call has failed; where the request goes on without it, it has waited for it like for a reply.
  func stage(_ request: RequestSlot, didLoseCallOn connection: Connection?) {
    guard let stageClock, let connection else { return }
    let now = loop.time
    let writeStart = connection.ioClock.writeStart
    stageClock.didLoseCall()
    stageClock.resume(from: now)
    request.pointee.stage.replied = now
    request.pointee.stage.firstWrite = min(request.pointee.stage.firstWrite, writeStart)
    request.pointee.stage.waited += now - writeStart
  }

  func stage(_ request: RequestSlot, didTakeReplyOf isLast: Bool) {
    guard let stageClock else { return }
    stageClock.lap(.decode)
    let marks = request.pointee.stage
    guard isLast else {
      // The request still waits for others: this is in their wait as well.
      request.pointee.stage.handled += stageClock.mark - marks.replied
      return
    }
    stageClock.didEndStep(
      wait: marks.waited, overlap: marks.waited - (marks.replied - marks.firstWrite) + marks.handled,
      loop: marks.firstWrite - marks.paused)
    request.pointee.stage = StageMarks(arrival: marks.arrival)
  }

  func stageDidPause(_ request: RequestSlot) {
    if let stageClock { request.pointee.stage.paused = stageClock.mark }
  }

  func stageDidResume(_ request: RequestSlot) {
    stageClock?.resume(from: request.pointee.stage.paused)
    lap(.work)
  }

  func stage(_ request: RequestSlot, didAnswerOn connection: Connection) {
    stageClock?.didAnswer(on: connection, arrival: request.pointee.stage.arrival)
  }
}
