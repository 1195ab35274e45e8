// A trial in turns: each goes from rest to rest, and the window is all of those that count.

internal import Control
internal import EventLoop
internal import Statistics

extension LoadRun {
  var takesTurns: Bool { order.takesTurns == true }

  /// Load for so long. The turn ends when every request has ended, so that all that was spent on its requests, on
  /// whatever process, was spent between two rests. One that does not count leaves nothing but its entries in the ledger.
  package func take(turn nanoseconds: Int64, counts: Bool) {
    guard phase == .resting else { return }
    let now = loop.refreshNow()
    phase = counts ? .measuring : .settling
    if counts { tally.windowStart = now }
    owedCount = 0
    startPhaseTimer(after: nanoseconds)
    fillLoop()
  }

  func endTurn() {
    phase = .draining
    laneTimer.stop()
    laneDue = .max
    owedCount = 0
    startPhaseTimer(after: order.drainNanoseconds)
    finishIfDone()
  }

  func rest() {
    phaseDue = .max
    phaseTimer.stop()
    tally.endWindow(at: loop.refreshNow())
    if isFinishing { return end() }
    phase = .resting
    delegate.runDidRest(self)
  }

  func finishTurns() {
    isFinishing = true
    switch phase {
    case .resting: end()
    case .settling, .measuring: endTurn()
    case .draining, .finished: break
    }
  }

  /// Replies that never came end the trial: what is under way would be in the next turn.
  func giveUpTurn() {
    earlyEnd = earlyEnd ?? "requests of a turn had no reply when \(DurationText.text(order.drainNanoseconds)) were over"
    tally.windowEnd = loop.now
    end()
  }
}
