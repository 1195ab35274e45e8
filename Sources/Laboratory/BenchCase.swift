// One thing that a bench measures: what it is, and work that can be repeated any number of times.
// It reads no clock and no counter.

package import Results

package struct BenchCase {
  package let subject: BenchSubject
  /// Operations of one repetition.
  package var operationsPerRepetition = 1
  /// Repetitions between two preparations, where what is measured grows with them.
  package var repetitionsMax = Int.max
  /// Bytes that the propagator wrote.
  package var carrierSize: Int?
  /// Makes what is measured as it was. Not timed, not counted.
  package var prepare: () -> Void = {}
  /// So many repetitions. What they read or wrote is folded into the result, so that no compiler can leave them out.
  package let run: (_ repetitions: Int) -> UInt64

  package init(_ subject: BenchSubject, run: @escaping (_ repetitions: Int) -> UInt64) {
    self.subject = subject
    self.run = run
  }
}
