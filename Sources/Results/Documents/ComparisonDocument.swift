// The outcome of `ctxchain compare` as one document: made from run results, and from nothing else. Plain values.
//
// A field that is absent was not measured, or does not apply. A is the reference, B what is held against it. The JSON
// schema is docs/schema/comparison-2.schema.json.

internal import Topology

package struct ComparisonDocument: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-comparison"
  package static let currentVersion = 2

  /// Always `ctxchain-comparison`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  /// Of the program that compared.
  package var toolVersion: String
  package var commandLine: [String]
  /// 0 ok, 1 failed, 3 a gate was breached, 4 not valid, 130 and 143 on SIGINT and SIGTERM.
  package var exitStatus = 0
  /// Both sides were measured by one run, in the same rounds, and A a second time (A′).
  package var isOneRun: Bool
  /// For people, before everything else: what the figures must be read with.
  package var warnings: [String]
  package var comparisons: [ArmComparison]
  package var gates: [GateOutcome] = []
  /// In words what was found.
  package var finding = ""
  /// The run that measured both; absent where results were read from files, which the sides then name.
  package var run: RunResult?

  package init(toolVersion: String, commandLine: [String], isOneRun: Bool, warnings: [String] = []) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.isOneRun = isOneRun
    self.warnings = warnings
    comparisons = []
  }
}

/// B against A.
package struct ArmComparison: Codable, Equatable, Sendable {
  package var a: ComparedArm
  package var b: ComparedArm
  /// Rounds in which both have trials.
  package var rounds: Int
  /// Trials of both that are invalid, superseded ones left out.
  package var invalidTrials: Int
  /// In the order of `Metric`.
  package var metrics: [MetricComparison]

  package init(
    a: ComparedArm, b: ComparedArm, rounds: Int, invalidTrials: Int, metrics: [MetricComparison]
  ) {
    self.a = a
    self.b = b
    self.rounds = rounds
    self.invalidTrials = invalidTrials
    self.metrics = metrics
  }

  package subscript(metric: Metric) -> MetricComparison? { metrics.first { $0.metric == metric } }
}

/// An arm as it was measured.
package struct ComparedArm: Codable, Equatable, Sendable {
  /// In its run.
  package var name: String
  /// The result that it was read from.
  package var file: String?
  /// The other program that ran its processes; absent for the one that measured.
  package var program: String?
  /// Version of the program that measured.
  package var toolVersion: String
  package var startedAt: String
  package var seed: UInt64
  package var store: String?
  package var propagator: String
  /// Absent in older documents, which have `frame`.
  package var transport: String?
  package var services: Int
  package var depth: Int
  package var placement: String
  /// In closed-loop trials.
  package var inFlight: Int

  package init(_ arm: Arm, depth: Int, of result: RunResult, file: String?) {
    name = arm.name
    self.file = file
    program = arm.program
    toolVersion = result.toolVersion
    startedAt = result.startedAt
    seed = result.seed
    store = arm.store
    propagator = arm.propagator
    transport = arm.transportName
    services = (arm.topology ?? result.topology).services.count
    self.depth = depth
    placement = arm.placement ?? result.settings.placement
    inFlight = arm.inFlight ?? result.settings.inFlight
  }

  package var transportName: String { transport ?? Topology.transportByDefault }
}

package struct MetricComparison: Codable, Equatable, Sendable {
  package enum Verdict: String, Codable, CaseIterable, Sendable {
    case difference, indicated
    case noDifferenceSeen = "no-difference-seen"
    case rangeOnly = "range-only"
    case tooFew = "n-too-small"
    /// Of what is counted exactly.
    case equal
    case notEqual = "not-equal"
    case notMeasured = "not-measured"
    /// Measured under conditions that differ.
    case notComparable = "not-comparable"

    package var words: String {
      switch self {
      case .noDifferenceSeen: "no difference seen"
      case .rangeOnly: "range only"
      case .tooFew: "n too small"
      case .notEqual: "not equal"
      case .notMeasured: "not measured"
      case .notComparable: "not comparable"
      case .difference, .indicated, .equal: rawValue
      }
    }

    /// Something differs, and that may be said.
    package var isClaim: Bool { [.difference, .indicated, .notEqual].contains(self) }
    /// Nothing could be said either way.
    package var isSilent: Bool { [.rangeOnly, .tooFew, .notMeasured, .notComparable].contains(self) }
  }

  package struct Interval: Codable, Equatable, Sendable {
    package var low: Double
    package var high: Double

    package init(_ range: ClosedRange<Double>) {
      low = range.lowerBound
      high = range.upperBound
    }
  }

  package var metric: Metric
  package var unit: String
  /// Median over the rounds; a percentile is of all rounds merged.
  package var a: Double?
  package var b: Double?
  /// B/A: the Hodges–Lehmann estimate of the rounds' ratios, of counts the ratio itself. Absent when A is 0.
  package var ratio: Double?
  /// B − A, of counts only.
  package var difference: Double?
  /// Of `ratio`, by the signed-rank test; below 6 rounds smallest to largest, absent below 2.
  package var interval: Interval?
  /// Rounds that could be compared; absent for counts, as is the next.
  package var rounds: Int?
  /// Of the trials that the figures are made from, those that are invalid: with any, no gate is judged.
  package var invalidTrials: Int?
  /// Wilcoxon's.
  package var p: Double?
  /// By Holm, over all timed metrics of the document; half of 0.05 belongs to CPU per hop.
  package var adjustedP: Double?
  /// Times and rates: the ratio beyond which an effect is more than A/A′. Counts: |A′ − A|.
  package var noise: Double?
  package var verdict: Verdict
  /// What stands against a stronger word.
  package var reason: String?

  package init(_ metric: Metric, a: Double?, b: Double?, verdict: Verdict) {
    self.metric = metric
    unit = metric.documentUnit
    self.a = a
    self.b = b
    self.verdict = verdict
  }
}

/// What became of one `--fail-if`.
package struct GateOutcome: Codable, Equatable, Sendable {
  package enum Outcome: String, Codable, Sendable {
    case passed, breached
    case notJudged = "not-judged"
  }

  package var expression: String
  /// B's name.
  package var arm: String
  package var depth: Int
  package var outcome: Outcome
  /// One line: what was seen.
  package var reason: String

  package init(expression: String, arm: String, depth: Int, outcome: Outcome, reason: String) {
    self.expression = expression
    self.arm = arm
    self.depth = depth
    self.outcome = outcome
    self.reason = reason
  }
}
