// Times the context work of services, to be held against what a hop costs between processes: a short bench of hops
// alone, on whatever CPU the process is on.

package import Results

package struct HopBench {
  /// For the timed batches of all settings together.
  private static let seconds = 0.35
  private static let batchCounts = 5...21

  /// Of one setting.
  package typealias Figures = (arrival: BenchFigure, hop: BenchFigure)

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

  /// In the order of the settings; nil where the registry lacks the propagator.
  package func run() -> [Figures?] {
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
      return (arrival, hop)
    }
  }

  /// As many batches per case as fit the time, from 5 to 21.
  package static func batchCount(caseCount: Int) -> Int {
    let fitting = Int(seconds * 1e9 / Double(BenchPlan.batchNanoseconds) / Double(max(1, caseCount)))
    return min(batchCounts.upperBound, max(batchCounts.lowerBound, fitting))
  }
}
