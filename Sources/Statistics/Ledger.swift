// Where every planned request went. It never looks at times.

package struct Ledger: Codable, Equatable, Sendable {
  /// Requests that the schedule (or the closed loop) meant to send.
  package var planned: UInt64
  package var completed: UInt64
  /// Answered with an error status but DEADLINE_EXCEEDED, a node's refusal for want of room among them, or lost with their connection.
  package var failed: UInt64
  /// Given up by the client's clock, or answered DEADLINE_EXCEEDED by a node's.
  package var timedOut: UInt64
  /// Not sent: the client had no room for it, or no connection.
  package var shed: UInt64
  /// Still under way when the drain ended.
  package var censored: UInt64

  package init(
    planned: UInt64 = 0, completed: UInt64 = 0, failed: UInt64 = 0, timedOut: UInt64 = 0, shed: UInt64 = 0,
    censored: UInt64 = 0
  ) {
    self.planned = planned
    self.completed = completed
    self.failed = failed
    self.timedOut = timedOut
    self.shed = shed
    self.censored = censored
  }

  /// `planned = completed + failed + timedOut + shed + censored`; false when the right side does not fit in 64 bits.
  package var isBalanced: Bool {
    var sum: UInt64 = 0
    for part in [completed, failed, timedOut, shed, censored] {
      let (next, overflows) = sum.addingReportingOverflow(part)
      if overflows { return false }
      sum = next
    }
    return sum == planned
  }

  /// Requests that were answered or given up.
  package var endedCount: UInt64 { completed &+ failed &+ timedOut }

  /// Requests for which the callee did not do what it was asked to / all that were planned; 0 of none. One that was merely
  /// still under way at the end is no failure.
  package var failureRatio: Double {
    planned == 0 ? 0 : (Double(failed) + Double(timedOut) + Double(shed)) / Double(planned)
  }

  /// Failures that a topology declares, as far as chance explains them: of n independent requests of which a share is to
  /// fail, no more do than this but for one time in 700 (three standard deviations of the binomial distribution).
  package func declaredFailureCount(share: Double) -> UInt64 {
    let mean = Double(planned) * share
    return min(failed, UInt64((mean + 3 * (mean * (1 - share)).squareRoot()).rounded(.up)))
  }

  /// Requests that did not complete.
  package var lost: UInt64 { planned >= completed ? planned - completed : 0 }

  /// Adds column by column; a column that would overflow stays at its largest value, which shows as unbalanced.
  package mutating func merge(_ other: Ledger) {
    func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
      let (value, overflows) = left.addingReportingOverflow(right)
      return overflows ? .max : value
    }
    planned = sum(planned, other.planned)
    completed = sum(completed, other.completed)
    failed = sum(failed, other.failed)
    timedOut = sum(timedOut, other.timedOut)
    shed = sum(shed, other.shed)
    censored = sum(censored, other.censored)
  }
}
