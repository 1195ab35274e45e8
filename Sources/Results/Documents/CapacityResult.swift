// What a capacity search found, as one document. The schema is docs/schema/capacity-result-1.schema.json.

package import Statistics
package import Topology

package struct CapacityResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-capacity"
  package static let currentVersion = 1

  /// Always `ctxchain-capacity`.
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
  package var settings: CapacitySettings
  /// Of the arm `as-written`, else of the first arm.
  package var topology: Topology
  package var arms: [CapacityArm]
  package var failures: [NodeFailure] = []
  package var notes: [String] = []

  package init(
    toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, host: HostDescription,
    settings: CapacitySettings, topology: Topology, arms: [CapacityArm]
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    self.finishedAt = startedAt
    self.seed = seed
    self.host = host
    self.settings = settings
    self.topology = topology
    self.arms = arms
  }
}

package struct CapacitySettings: Codable, Equatable, Sendable {
  package var objectives: [LatencyObjective]
  /// Requests of a run that may fail to complete, 0…1.
  package var errorRateMax: Double
  package var placement: String
  package var depth: Int
  /// Requests under way in the closed loop that gives the peak.
  package var inFlight: Int
  /// `uniform` or `poisson`.
  package var arrival: String
  /// Of a run, settling included, where it has requests enough.
  package var runSeconds: Double
  package var runsPerProbe: Int
  /// Absent without a bound.
  package var budgetSeconds: Double?
  package var timeoutNanoseconds: Int64
  package var opaqueSize: Int?

  package init(
    objectives: [LatencyObjective], errorRateMax: Double, placement: String, depth: Int, inFlight: Int,
    arrival: String, runSeconds: Double, runsPerProbe: Int, budgetSeconds: Double?, timeoutNanoseconds: Int64,
    opaqueSize: Int?
  ) {
    self.objectives = objectives
    self.errorRateMax = errorRateMax
    self.placement = placement
    self.depth = depth
    self.inFlight = inFlight
    self.arrival = arrival
    self.runSeconds = runSeconds
    self.runsPerProbe = runsPerProbe
    self.budgetSeconds = budgetSeconds
    self.timeoutNanoseconds = timeoutNanoseconds
    self.opaqueSize = opaqueSize
  }
}

/// One open-loop run at one rate.
package struct CapacityRun: Codable, Equatable, Sendable {
  package var windowNanoseconds: Int64
  /// Completed requests per second of the window.
  package var throughput: Double
  package var ledger: Ledger
  package var sendLagP99: Int64?
  package var nodeCpuNanoseconds: Int64
  package var clientCpuNanoseconds: Int64
  package var hostStealRatio: Double?
  /// As for any trial: beside what the run is judged by.
  package var validity: ValidityVerdict
  package var check: CapacityCheck
  /// Share of the CPUs in use that other tasks had; absent in older documents.
  package var foreignCpuRatio: Double?

  /// A machine whose other tasks have more of the CPUs in use is busy.
  package static let foreignRatioMax = 0.1

  package init(_ trial: Trial, _ check: CapacityCheck, foreignCpuRatio: Double? = nil) {
    windowNanoseconds = trial.windowNanoseconds
    throughput = trial.throughput
    ledger = trial.ledger
    sendLagP99 = trial.sendLag?.p99
    nodeCpuNanoseconds = trial.nodeCpuNanoseconds
    clientCpuNanoseconds = trial.clientCpuNanoseconds
    hostStealRatio = trial.hostStealRatio
    validity = trial.validity
    self.check = check
    self.foreignCpuRatio = foreignCpuRatio
  }

  /// It failed, and so might have for what others did meanwhile, as errors alone do not. A run that held did so all the
  /// same.
  package var saysNothing: Bool {
    check.failed.contains { $0 != .errors }
      && (foreignCpuRatio ?? 0 > Self.foreignRatioMax || hostStealRatio ?? 0 > ValidityVerdict.stealRatioMax)
  }
}

/// A rate that was asked about.
package struct CapacityProbe: Codable, Equatable, Sendable {
  /// Requests per second.
  package var rate: Double
  package var purpose: CapacitySearch.Purpose
  /// By the majority of the runs that say something; absent when it was cut short, or not judged.
  package var holds: Bool?
  /// Until the majority was known. None where not even the longest run would have requests enough.
  package var runs: [CapacityRun] = []

  package init(rate: Double, purpose: CapacitySearch.Purpose) {
    self.rate = rate
    self.purpose = purpose
  }

  package var judgedChecks: [CapacityCheck] { runs.filter { !$0.saysNothing }.map(\.check) }

  /// What most of its runs failed.
  package var failed: [CapacityCriterion] {
    runs.isEmpty && holds != nil ? [.tooFew] : CapacityCheck.mostFailed(judgedChecks)
  }

  /// Why runs of it say nothing.
  package var busyText: String {
    let silent = runs.filter(\.saysNothing)
    let foreign = silent.compactMap(\.foreignCpuRatio).max() ?? 0
    return "the machine was busy: \(NumberText.plural(silent.count, "run")) failed while other tasks had up to "
      + "\(NumberText.percent(foreign)) % of the CPUs in use"
  }

  package var failedText: String {
    (runs.isEmpty ? [.tooFew] : failed).map(\.rawValue).joined(separator: ", ")
  }
}

/// What one arm can do.
package struct CapacityArm: Codable, Equatable, Sendable {
  package enum Outcome: String, Codable, Sendable {
    /// Between two rates.
    case interval
    /// No rate that was tried did not hold.
    case atLeast = "at-least"
    case nothingHolds = "nothing-holds"
    /// The machine was busy with something else whenever a rate failed; the ends are those known until then.
    case notJudged = "not-judged"
    /// The search ended early; the ends are those known until then.
    case unfinished
  }

  package var arm: Arm
  /// Of closed-loop trials, requests per second.
  package var peakThroughputs: [Double] = []
  package var probes: [CapacityProbe] = []
  package var outcome = Outcome.unfinished
  /// Requests per second; absent when none held.
  package var highestHeld: Double?
  /// Requests per second; absent when all held.
  package var lowestFailed: Double?
  /// What the runs at `lowestFailed` failed.
  package var failedCriteria: [CapacityCriterion] = []
  /// A rate inside the interval gave both answers, so that it is wider than it would be.
  package var isWidened = false
  /// Both ends answered the same twice.
  package var isConfirmed = false

  package init(_ arm: Arm) {
    self.arm = arm
  }

  /// The median; nil when none was measured.
  package var peakThroughput: Double? { Spread.median(peakThroughputs) }

  /// Takes over what the search has found.
  ///
  /// - Parameter isJudged: false when it was given up because the machine was busy.
  package mutating func conclude(_ search: CapacitySearch?, isJudged: Bool = true) {
    guard let search else { return }
    highestHeld = search.highestHeld
    lowestFailed = search.lowestFailed
    isWidened = search.isWidened
    isConfirmed = search.isConfirmed
    let atEnd = probes.filter { $0.rate == search.lowestFailed && $0.holds == false }
    let checks = atEnd.flatMap(\.judgedChecks)
    failedCriteria = checks.isEmpty && !atEnd.isEmpty ? [.tooFew] : CapacityCheck.mostFailed(checks)
    if !isJudged { outcome = .notJudged }
    guard isJudged, search.next == nil else { return }
    outcome = highestHeld == nil ? .nothingHolds : lowestFailed == nil ? .atLeast : .interval
  }
}
