// Measures cases: counts first, then times. It knows no store and no propagator, and prints nothing.

package import Control
package import Results
internal import Statistics

/// What the process has asked of the allocator so far.
package struct AllocationReading: Equatable, Sendable {
  package var allocations: UInt64
  package var allocatedSize: UInt64

  package init(allocations: UInt64, allocatedSize: UInt64) {
    self.allocations = allocations
    self.allocatedSize = allocatedSize
  }

  /// Nil under a sanitizer, where nothing counts.
  package init?(_ meter: MeterReading) {
    guard meter.method != "none" else { return nil }
    self.init(allocations: meter.allocations, allocatedSize: meter.allocatedSize)
  }
}

package struct Bench {
  /// Repetitions of the counting run; figures are exact, so a few are enough.
  private static let countedRepetitions = 64

  private let cases: [BenchCase]
  private let batchCount: Int
  private let seed: UInt64
  /// CPU time of this thread in nanoseconds: time that others take is not in it.
  private let now: () -> Int64
  /// Nil where nothing counts, as under a sanitizer.
  private let readMeter: () -> AllocationReading?

  package init(
    _ cases: [BenchCase], batchCount: Int, seed: UInt64, now: @escaping () -> Int64,
    readMeter: @escaping () -> AllocationReading?
  ) {
    self.cases = cases
    self.batchCount = batchCount
    self.seed = seed
    self.now = now
    self.readMeter = readMeter
  }

  /// Which case runs when: every case once per batch, in an order of the batch's own.
  package static func order(seed: UInt64, batch: Int, caseCount: Int) -> [Int] {
    RoundSchedule.order(seed: seed, round: batch, count: caseCount)
  }

  /// One figure per case, in their order, and a checksum over all that was read and written.
  package func run() -> (figures: [BenchFigure], checksum: UInt64) {
    let counts = cases.map(count)
    var checksum = counts.reduce(0) { $0 &+ $1.checksum }
    let repetitions = cases.map { calibrate($0, &checksum) }
    var samples = [[Double]](repeating: [], count: cases.count)
    for batch in 0..<batchCount {
      for index in Bench.order(seed: seed, batch: batch, caseCount: cases.count) {
        let nanoseconds = time(cases[index], repetitions[index], &checksum)
        let operations = repetitions[index] * cases[index].operationsPerRepetition
        samples[index].append(Double(nanoseconds) / Double(operations))
      }
    }
    let figures = cases.indices.compactMap { index in
      Spread(samples[index]).map { spread in
        BenchFigure(
          subject: cases[index].subject, nanosecondsPerOperation: spread,
          operationsPerBatch: repetitions[index] * cases[index].operationsPerRepetition,
          allocationsPerOperation: counts[index].allocations, allocatedBytesPerOperation: counts[index].allocatedSize,
          carrierBytes: cases[index].carrierSize)
      }
    }
    return (figures, checksum)
  }

  /// Of one operation. Capacity that is kept from then on is grown before.
  private func count(_ benchCase: BenchCase) -> (allocations: Double?, allocatedSize: Double?, checksum: UInt64) {
    benchCase.prepare()
    var checksum = benchCase.run(Bench.countedRepetitions)
    benchCase.prepare()
    let before = readMeter()
    checksum &+= benchCase.run(Bench.countedRepetitions)
    let after = readMeter()
    guard let before, let after else { return (nil, nil, checksum) }
    let operations = Double(Bench.countedRepetitions * benchCase.operationsPerRepetition)
    return (
      Double(after.allocations - before.allocations) / operations,
      Double(after.allocatedSize - before.allocatedSize) / operations, checksum
    )
  }

  /// Repetitions that fill a batch. The search is the warm-up: it ends with a run of at least half a batch.
  private func calibrate(_ benchCase: BenchCase, _ checksum: inout UInt64) -> Int {
    let wanted = Double(BenchPlan.batchNanoseconds)
    var repetitions = 1
    while true {
      let taken = max(1, Double(time(benchCase, repetitions, &checksum)))
      let fitting = Int(min(wanted / taken * Double(repetitions), 1e9).rounded(.up))
      if taken >= wanted / 2 || repetitions >= 1_000_000_000 { return max(1, fitting) }
      repetitions = min(fitting, repetitions * 64)
    }
  }

  private func time(_ benchCase: BenchCase, _ repetitions: Int, _ checksum: inout UInt64) -> Int64 {
    var nanoseconds: Int64 = 0
    var left = repetitions
    while left > 0 {
      let part = min(left, benchCase.repetitionsMax)
      benchCase.prepare()
      let start = now()
      checksum &+= benchCase.run(part)
      nanoseconds += now() - start
      left -= part
    }
    return nanoseconds
  }
}
