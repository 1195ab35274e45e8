// A bench from its plan to its result.

package import Results

extension BenchResult {
  /// Of these figures, beside the claims in circulation.
  package init(
    toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, cpu: Int?, batchCount: Int,
    checksum: UInt64, figures: [BenchFigure]
  ) {
    self.init(
      toolVersion: toolVersion, commandLine: commandLine, startedAt: startedAt, seed: seed, cpu: cpu,
      batchCount: batchCount, batchNanoseconds: BenchPlan.batchNanoseconds, checksum: checksum, figures: figures,
      published: PublishedFigure.all(beside: figures))
  }

  /// Pins this thread, makes the plan's cases, counts and times them.
  ///
  /// - Parameter readMeter: what the process has asked of the allocator; nil where nothing counts.
  package static func measure(
    _ plan: BenchPlan, toolVersion: String, commandLine: [String], startedAt: String,
    readMeter: @escaping () -> AllocationReading?
  ) -> BenchResult {
    let cpu = QuietCPU.pin()
    let cases = BenchCases.make(plan)
    let batchCount = plan.batchCount(caseCount: cases.count)
    let bench = Bench(
      cases, batchCount: batchCount, seed: plan.seed, now: QuietCPU.threadNanoseconds, readMeter: readMeter)
    let (figures, checksum) = bench.run()
    return BenchResult(
      toolVersion: toolVersion, commandLine: commandLine, startedAt: startedAt, seed: plan.seed, cpu: cpu,
      batchCount: batchCount, checksum: checksum, figures: figures)
  }
}
