// What a bench measured, as one document. The schema is docs/schema/bench-result-1.schema.json.

package import Statistics

package struct BenchFigure: Codable, Equatable, Sendable {
  package var subject: BenchSubject
  /// Over the batches.
  package var nanosecondsPerOperation: Spread
  package var operationsPerBatch: Int
  /// Exact; nil where nothing counts.
  package var allocationsPerOperation: Double?
  package var allocatedBytesPerOperation: Double?
  /// Header fields and binary section; nil for stores.
  package var carrierBytes: Int?

  package init(
    subject: BenchSubject, nanosecondsPerOperation: Spread, operationsPerBatch: Int, allocationsPerOperation: Double?,
    allocatedBytesPerOperation: Double?, carrierBytes: Int?
  ) {
    self.subject = subject
    self.nanosecondsPerOperation = nanosecondsPerOperation
    self.operationsPerBatch = operationsPerBatch
    self.allocationsPerOperation = allocationsPerOperation
    self.allocatedBytesPerOperation = allocatedBytesPerOperation
    self.carrierBytes = carrierBytes
  }
}

package struct BenchResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-bench"
  package static let currentVersion = 1

  /// Always `ctxchain-bench`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var seed: UInt64
  /// Where all of it ran; nil when it could not be pinned.
  package var cpu: Int?
  /// Built with optimisation. Without it the figures say nothing.
  package var isOptimised: Bool
  /// How allocations were counted: `malloc-interposition` or `none`.
  package var countingMethod: String
  /// Per case.
  package var batchCount: Int
  /// What a batch was sized to.
  package var batchNanoseconds: Int64
  /// Over all that was read and written, timed or not. In hexadecimal digits; it differs from run to run.
  package var checksum: String
  package var figures: [BenchFigure]
  package var published: [PublishedFigure]

  package init(
    toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, cpu: Int?, batchCount: Int,
    batchNanoseconds: Int64, checksum: UInt64, figures: [BenchFigure], published: [PublishedFigure]
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    self.seed = seed
    self.cpu = cpu
    self.isOptimised = BenchResult.isOptimisedBuild
    self.countingMethod =
      figures.contains { $0.allocationsPerOperation != nil } ? "malloc-interposition" : "none"
    self.batchCount = batchCount
    self.batchNanoseconds = batchNanoseconds
    self.checksum = String(checksum, radix: 16)
    self.figures = figures
    self.published = published
  }

  /// Of this program.
  package static var isOptimisedBuild: Bool {
    var isOptimised = true
    assert(
      {
        isOptimised = false
        return true
      }())
    return isOptimised
  }
}
