// Times the context work of services, to be held against what a hop costs between processes: a short bench of hops
// alone, on whatever CPU the process is on.

package import Statistics

package struct HopBench {
  /// For the timed batches of all settings together.
  private static let seconds = 0.35
  private static let batchCounts = 5...21

  package struct Figure: Equatable, Sendable {
    package var arrivalNanoseconds: Spread
    package var hopNanoseconds: Spread
    /// Nil where nothing counts.
    package var arrivalAllocations: Double?
    package var hopAllocations: Double?
  }

  private let settings: [HopSetting]
  private let seed: UInt64
  private let now: () -> Int64
  private let readMeter: () -> AllocationReading?

  /// - Parameter now: CPU time of this thread in nanoseconds.
  package init(
    _ settings: [HopSetting], seed: UInt64, now: @escaping () -> Int64 = QuietCPU.threadNanoseconds,
    readMeter: @escaping () -> AllocationReading?
  ) {
    self.settings = settings
    self.seed = seed
    self.now = now
    self.readMeter = readMeter
  }

  /// One figure per setting; nil where the registry lacks its propagator.
  package func run() -> [Figure?] {
    let pairs = settings.map { setting in
      HopCases.arrival(setting).flatMap { arrival in HopCases.hop(setting).map { [arrival, $0] } }
    }
    let cases = pairs.compactMap { $0 }.flatMap { $0 }
    guard !cases.isEmpty else { return pairs.map { _ in nil } }
    let bench = Bench(
      cases, batchCount: HopBench.batchCount(caseCount: cases.count), seed: seed, now: now, readMeter: readMeter)
    var figures = bench.run().figures[...]
    return pairs.map { pair in
      guard pair != nil, let arrival = figures.popFirst(), let hop = figures.popFirst() else { return nil }
      return Figure(
        arrivalNanoseconds: arrival.nanosecondsPerOperation, hopNanoseconds: hop.nanosecondsPerOperation,
        arrivalAllocations: arrival.allocationsPerOperation, hopAllocations: hop.allocationsPerOperation)
    }
  }

  /// As many batches per case as fit the time, from 5 to 21.
  package static func batchCount(caseCount: Int) -> Int {
    let fitting = Int(seconds * 1e9 / Double(BenchPlan.batchNanoseconds) / Double(max(1, caseCount)))
    return min(batchCounts.upperBound, max(batchCounts.lowerBound, fitting))
  }
}
