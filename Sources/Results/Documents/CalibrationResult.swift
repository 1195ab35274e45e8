// What `ctxchain calibrate` found, as one document. The schema is docs/schema/calibration-result-2.schema.json. It
// judges; it never measures.

internal import Statistics

package struct CalibrationResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-calibration"
  package static let currentVersion = 2
  /// Chance of one comparison of what is the same to see a difference.
  package static let alpha = 0.05
  /// Of a calibration that is sound to pass.
  package static let confidence = 0.99

  package enum Verdict: String, Codable, Equatable, Sendable {
    /// No more pairs differ than chance allows.
    case passed
    case failed
    /// Not all pairs were measured.
    case incomplete
  }

  /// Two process sets of the same strategy, compared over the same rounds.
  package struct Pair: Codable, Equatable, Sendable {
    /// From 0; the pairs of a batch run in the same rounds.
    package var batch: Int
    /// In the batch, from 0.
    package var pair: Int
    package var rounds: Int
    package var cpuPerHop: Effect
    package var throughput: Effect
  }

  /// A value of the second set / that of the first.
  package struct Effect: Codable, Equatable, Sendable {
    /// Hodges–Lehmann estimate, with the interval of the signed-rank test.
    package var ratio: Double
    package var low: Double
    package var high: Double
    /// Of the signed-rank test, not corrected.
    package var p: Double
    /// The interval excludes 1.
    package var differs: Bool

    init(_ effect: PairedEffect, _ interval: ClosedRange<Double>) {
      ratio = effect.effect
      low = interval.lowerBound
      high = interval.upperBound
      p = effect.test.p
      differs = effect.excludesNoDifference
    }
  }

  /// Always `ctxchain-calibration`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var finishedAt: String
  /// Stopped by a signal.
  package var interrupted = false
  package var seed: UInt64
  package var exitStatus = 0
  package var host: HostDescription
  package var placement: String
  package var depth: Int
  package var inFlight: Int
  package var trialSeconds: Double
  package var roundsPerPair: Int
  package var pairsPerBatch: Int
  package var pairsPlanned: Int
  /// Those of complete batches.
  package private(set) var pairs: [Pair] = []
  package private(set) var differingInCpuCount = 0
  package private(set) var differingInThroughputCount = 0
  /// The most pairs of `pairs` that may differ, in either.
  package private(set) var allowedCount = 0
  package private(set) var verdict = Verdict.incomplete
  /// For people.
  package var notes: [String] = []

  package init(
    toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, host: HostDescription,
    placement: String, depth: Int, inFlight: Int, trialSeconds: Double, roundsPerPair: Int, pairsPerBatch: Int,
    pairsPlanned: Int
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    finishedAt = startedAt
    self.seed = seed
    self.host = host
    self.placement = placement
    self.depth = depth
    self.inFlight = inFlight
    self.trialSeconds = trialSeconds
    self.roundsPerPair = roundsPerPair
    self.pairsPerBatch = pairsPerBatch
    self.pairsPlanned = pairsPlanned
  }

  /// Adds the pairs of a batch: the first and second arm of its run, the third and fourth, and so on.
  ///
  /// - Returns: those that were added. A pair of which some round has no CPU time or throughput is left out, and noted.
  @discardableResult
  package mutating func add(batch: Int, _ result: RunResult) -> [Pair] {
    let table = RoundTable(result)
    var added: [Pair] = []
    for index in 0..<result.arms.count / 2 {
      let names = (result.arms[2 * index].name, result.arms[2 * index + 1].name)
      func effect(_ metric: Metric) -> Effect? {
        let rounds = table.pairs(metric, arm: names.1, depth: depth, against: (names.0, depth))
        guard let effect = PairedEffect(pairs: rounds), let interval = effect.interval,
          effect.roundCount == roundsPerPair
        else { return nil }
        return Effect(effect, interval)
      }
      guard let cpu = effect(.cpuPerHop), let throughput = effect(.throughput) else {
        notes.append("batch \(batch), pair \(index): not every round has CPU times and throughput")
        continue
      }
      added.append(Pair(batch: batch, pair: index, rounds: roundsPerPair, cpuPerHop: cpu, throughput: throughput))
    }
    pairs += added
    judge()
    return added
  }

  private mutating func judge() {
    differingInCpuCount = pairs.count(where: \.cpuPerHop.differs)
    differingInThroughputCount = pairs.count(where: \.throughput.differs)
    allowedCount = BinomialBound.upper(count: pairs.count, probability: Self.alpha, confidence: Self.confidence)
    let most = max(differingInCpuCount, differingInThroughputCount)
    verdict = pairs.count < pairsPlanned ? .incomplete : most <= allowedCount ? .passed : .failed
  }
}
