// The figures and verdicts of a run's first screen, for programs: the object `summary` of its document. It is derived when
// a document is written, and ignored when one is read.

package import Results
internal import Statistics

/// Numbers are in the document's units: nanoseconds, bytes, requests per second.
struct RunDigest: Encodable {
  struct Figure: Encodable {
    let value: Double
    /// Of the interval, or below 6 rounds smallest and largest; absent of one round.
    var low: Double?
    var high: Double?

    init?(_ interval: MedianInterval?) {
      guard let interval else { return nil }
      value = interval.median
      if interval.count > 1 { (low, high) = (interval.range.lowerBound, interval.range.upperBound) }
    }

    init?(_ point: DecayFigures.Point?) {
      guard let point else { return nil }
      value = point.value
      if point.roundCount > 1 { (low, high) = (point.band?.lowerBound, point.band?.upperBound) }
    }

    init(_ value: Double, _ range: ClosedRange<Double>) {
      (self.value, low, high) = (value, range.lowerBound, range.upperBound)
    }
  }

  struct AtDepth: Encodable {
    let depth: Int
    let cpuPerRequest: Double
  }

  struct Arm: Encodable {
    let arm: String
    /// Of the CPU per hop, against the baseline of the same transport; absent of the baseline.
    var claim: Comparison.Verdict?
    var cpuPerHop: Figure?
    var addedCpuPerHop: Figure?
    /// CPUs that what it adds takes at the stated load; only with a claim.
    var addedCpus: Figure?
    /// The same with one request under way, and in the open loop.
    var cpuPerHopAtOne: Figure?
    var addedCpuPerHopAtOne: Figure?
    var cpuPerHopOpen: Figure?
    var addedCpuPerHopOpen: Figure?
    var throughput: Figure?
    /// Of the open loop: of all rounds merged, in the band of the rounds' own.
    var p50: Figure?
    var p99: Figure?
    var allocationsPerRequest: Double?
    var contextBytesPerHop: Double?
    var wireBytes: WireBytes?
    var fidelity: FidelityResult.Verdict?
    var lostKeys: [String]?
    /// By ascending depth.
    let depths: [AtDepth]
    /// What one more hop costs a request.
    var marginalCpu: Figure?
  }

  struct Noise: Encodable {
    var cpuPerHop: Figure?
    var throughputRatio: Figure?
  }

  struct Regime: Encodable {
    let metric: Metric
    /// Absent of the open loop.
    var concurrency: Concurrency?
    /// As a ratio − 1; absent where nothing could have been claimed.
    var smallest: Double?
  }

  struct Load: Encodable {
    let hops: Double
    let requestsPerSecond: Double
  }

  var depth: Int?
  let rounds: Int
  let trust: RunAnswer.Trust
  let warnings: [String]
  /// In words.
  let findings: [String]
  /// The baseline against itself, measured twice; absent without A′.
  var noise: Noise?
  var baseline: String?
  let arms: [Arm]
  let resolution: [Regime]
  /// Absent where all arms have one.
  var transports: TransportDigest?
  /// For `addedCpus`.
  let statedLoad: Load

  init(_ answer: RunAnswer) {
    let summary = answer.summary
    depth = summary.depths.last
    rounds = summary.roundCount
    trust = answer.trust
    warnings = answer.findings.warnings
    findings = answer.findings.sentences
    baseline = summary.baseline
    let control = depth.flatMap { summary.arm(named: summary.control)?.row(depth: $0) }
    noise = control.map {
      Noise(cpuPerHop: Figure($0.addedCpuPerHop), throughputRatio: Figure($0.dropAgainstBaseline?.negated))
    }
    arms = answer.arms.map { Arm($0) }
    resolution = summary.resolutions.map {
      Regime(metric: $0.metric, concurrency: $0.concurrency, smallest: $0.smallest)
    }
    transports = summary.transports.map { TransportDigest($0, answer) }
    statedLoad = Load(hops: RunAnswer.statedHops, requestsPerSecond: RunAnswer.statedRate)
  }
}

extension RunDigest.Arm {
  init(_ entry: ArmRow) {
    let row = entry.row
    arm = entry.arm.arm.name
    claim = row.cpuComparison?.verdict
    cpuPerHop = RunDigest.Figure(row.cpuPerHop)
    addedCpuPerHop = RunDigest.Figure(row.addedCpuPerHop)
    if claim?.isClaim == true, let added = row.addedCpuPerHop {
      addedCpus = RunDigest.Figure(
        RunAnswer.cpus(added.median), RunAnswer.cpus(added.range.lowerBound)...RunAnswer.cpus(added.range.upperBound))
    }
    throughput = RunDigest.Figure(row.throughput)
    p50 = RunDigest.Figure(entry.decay.point(.p50, arm: entry.arm.arm.name, depth: row.depth))
    p99 = RunDigest.Figure(entry.decay.point(.p99, arm: entry.arm.arm.name, depth: row.depth))
    cpuPerHopAtOne = RunDigest.Figure(entry.arm.oneInFlight?.cpuPerHop)
    addedCpuPerHopAtOne = RunDigest.Figure(entry.arm.oneInFlight?.addedCpuPerHop)
    cpuPerHopOpen = RunDigest.Figure(row.openCpuPerHop)
    addedCpuPerHopOpen = RunDigest.Figure(row.openAddedCpuPerHop)
    allocationsPerRequest = row.allocationsPerRequest
    contextBytesPerHop = row.contextBytesPerHop
    wireBytes = row.wireBytes
    fidelity = entry.arm.fidelity?.verdict
    lostKeys = entry.arm.fidelity?.lostKeys
    depths = entry.arm.rows.compactMap { row in
      entry.decay.point(.cpuPerRequest, arm: entry.arm.arm.name, depth: row.depth)
        .map { RunDigest.AtDepth(depth: row.depth, cpuPerRequest: $0.value) }
    }
    let fit = entry.arm.fits[.cpuPerRequest]
    marginalCpu =
      fit?.slopeInterval.map { RunDigest.Figure(fit?.line.slope ?? 0, $0) } ?? RunDigest.Figure(entry.arm.marginalCpu)
  }
}

/// A run's document as it is written, and its first screen: both of one summary, however often they are asked for.
package struct WrittenRun: ResultForm {
  package static let formatName = RunResult.formatName
  package static let currentVersion = RunResult.currentVersion

  private let result: RunResult
  private let digest: RunDigest
  /// Of the screen.
  package let text: String

  /// - Parameter width: of the screen.
  package init(_ result: RunResult, width: Int = Screen.widths.upperBound) {
    self.result = result
    let answer = RunAnswer(result, RunSummary(result))
    digest = RunDigest(answer)
    text = AnswerText.render(answer, width: width)
  }

  private enum Key: String, CodingKey { case summary }

  package func encode(to encoder: any Encoder) throws {
    try result.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(digest, forKey: .summary)
  }
}
