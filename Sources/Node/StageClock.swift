// Adds up where the time of requests goes in this node. One clock a boundary: a stage ends where the next one begins, so
// nothing in between is lost.

internal import Control
internal import EventLoop
internal import Results
internal import TransportCore

/// Exact with one request under way in the chain; with more, the messages of others are in between.
final class StageClock {
  private var sums = StageSums()
  private let loop: EventLoop
  /// The end of the latest stage.
  private(set) var mark: Int64
  private var answers: [Answer] = []
  /// What it says is a stage of its own, and taken out of the stages that it lies in.
  let compression: CompressionClock

  /// A reply that was not written yet when it was noted.
  private struct Answer {
    let connection: Connection
    let arrival: Int64
    let time: Int64
  }

  init(loop: EventLoop) {
    self.loop = loop
    mark = loop.time
    compression = CompressionClock { [unowned loop] in loop.time }
  }

  /// Ends a stage.
  func lap(_ stage: Stage) {
    let now = loop.time
    sums.stages[stage.rawValue] += now - mark
    mark = now
    compressed(compression.take(), in: stage)
  }

  private func compressed(_ nanoseconds: Int64, in stage: Stage) {
    sums.stages[stage.rawValue] -= nanoseconds
    sums.stages[Stage.hpack.rawValue] += nanoseconds
  }

  /// The transport has found a message that is to be clocked: only now is that known, so what finding it took is what has
  /// passed since its read ended, or since the message before it was done.
  ///
  /// Returns when its read began; of the later messages of one read, when it was their turn.
  func didReceiveMessage(on connection: Connection) -> Int64 {
    settle()
    let readStart = connection.ioClock.readStart
    let isFirst = readStart > mark
    let arrival = isFirst ? readStart : mark
    if isFirst {
      sums.stages[Stage.read.rawValue] += loop.now - readStart
      mark = loop.now
    }
    lap(.parse)
    return arrival
  }

  /// All calls of a step have been answered.
  ///
  /// - Parameters:
  ///   - wait: for each of them, together.
  ///   - overlap: how much of that is in it twice, or in another stage.
  ///   - loop: from the end of the last one's message to the first write.
  func didEndStep(wait: Int64, overlap: Int64, loop: Int64) {
    sums.wait += wait
    sums.overlap += overlap
    sums.stages[Stage.loop.rawValue] += loop
  }

  /// A call has failed: what came of its reply was unpacked while the request waited, and is in that.
  func didLoseCall() { _ = compression.take() }

  /// A request continues that had left the thread to others since `mark`.
  func resume(from mark: Int64) { self.mark = mark }

  /// The reply of a request that arrived then stands in the output of `connection`.
  func didAnswer(on connection: Connection, arrival: Int64) {
    lap(.encode)
    answers.append(Answer(connection: connection, arrival: arrival, time: mark))
  }

  /// What was added up; `write` is the owner's to fill in.
  func finish() -> StageSums {
    settle()
    return sums
  }

  /// Replies that have been written meanwhile. What was packed after the latest stage lies between its end and the write.
  private func settle() {
    compressed(compression.takePacking(), in: .loop)
    answers.removeAll { answer in
      let writeStart = answer.connection.ioClock.writeStart
      guard writeStart >= answer.time else { return false }
      sums.requests += 1
      sums.residence += writeStart - answer.arrival
      sums.stages[Stage.loop.rawValue] += writeStart - answer.time
      return true
    }
  }
}
