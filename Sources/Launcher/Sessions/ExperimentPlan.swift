// What a run is to do: values only, filled in by the commands.

package import Control
package import Metrics
package import Statistics
package import Topology

/// One arm: a strategy on a graph.
package struct ArmPlan: Equatable, Sendable {
  package var name: String
  /// Nil where no context is kept.
  package var store: String?
  package var propagator: String
  /// The arm that this one repeats, to show the noise: A′.
  package var controlOf: String?
  package var topology: Topology
  /// The contexts of all workers of a node lie in one table of the store.
  package var sharesStore = false
  /// What of the plan does not apply to it.
  package var own = ArmConditions()

  package init(name: String, store: String?, propagator: String, controlOf: String? = nil, topology: Topology) {
    self.name = name
    self.store = store
    self.propagator = propagator
    self.controlOf = controlOf
    self.topology = topology
  }
}

extension ArmPlan {
  /// The arms and A′ behind them: the arm without a context once more, or the first where there is none. A single arm
  /// has nothing to be compared with, so its noise is not needed.
  package static func withControl(_ arms: [ArmPlan]) -> [ArmPlan] {
    guard arms.count > 1, var control = arms.first(where: { $0.propagator == "none" }) ?? arms.first else {
      return arms
    }
    control.controlOf = control.name
    control.name += "′"
    return arms + [control]
  }
}

package struct ExperimentPlan: Sendable {
  /// What a run does beside closed-loop trials.
  package enum Pass: String, CaseIterable, Sendable {
    /// Whether what arrives is what was declared.
    case fidelity
    /// What each strategy keeps and loses, in a chain of its own.
    case semantics
    /// The context work of a hop in one process.
    case inProcess = "in-process"
    /// Allocations, system calls and bytes.
    case counting
    /// Retains and releases.
    case references
    /// Where inside a node the time goes.
    case stages
    /// Open-loop trials, and the pilot that finds their rate.
    case open
  }

  /// Processes beyond which all arms share one set and are switched by message.
  package static let ownSetProcessCountMax = 64
  /// Seconds of a trial at least.
  package static let trialSecondsMin = 0.02
  /// Seconds of a trial, settling included: neighbours are then near each other, and what drifts meets all alike.
  package static let trialSecondsByDefault = 0.031
  package static let headlineTrialCountByDefault = 2
  /// Bytes that `opaque` may carry.
  package static let opaqueSizeMax = 64 << 10
  /// Bytes of all opaque contexts of one request, one per visit of a service: the reply of a fidelity request brings
  /// them all, in a section of at most 4 MiB.
  package static let opaqueSizePerRequestMax = 3 << 20
  package static let fidelityRequestCount = 256
  package static let fidelityInFlight = 32
  /// Requests of the counting pass; it runs at this number and at twice as many.
  package static let countedRequestCount = 64
  /// The same where requests take so long that the pass would last longer than this.
  package static let countedRequestCountMin = 4
  static let countedSecondsMax = 2.0
  /// Seconds of a trial of the stage pass, and requests in it at most.
  static let stageTrialSeconds = 0.03
  static let stagedRequestCountMax = 1024

  /// Rounds of the stage pass in a run of so many rounds; nil when the budget decides.
  static func stageRoundCount(rounds: Int?) -> Int { min(rounds ?? RoundBudget.roundCountMin, 8) }

  package var commandLine: [String]
  package var arms: [ArmPlan]
  /// Ascending. With `isChain` a depth is the number of hops that a request may make; else there is one depth, the
  /// graph's own.
  package var depths: [Int]
  package var isChain: Bool
  package var placement: Placement
  package var trialSeconds: Double
  /// Nil: as many as fit the budget.
  package var rounds: Int?
  /// Nil: no bound.
  package var budgetSeconds: Double?
  /// The run ends before its budget when it could claim so small a difference in CPU per hop, as a ratio − 1; nil: it does
  /// not end early.
  package var resolution: Double?
  package var inFlight: Int
  /// Measured at the largest depth beside `inFlight` over one connection, which is measured at every depth.
  package var moreConcurrencies = [Concurrency(inFlight: 1)]
  /// Trials of each arm, depth and concurrency in a round.
  package var trialCount = 1
  /// So many times that at the largest depth, at the run's own concurrency: there the answer is looked for.
  package var headlineTrialCount = headlineTrialCountByDefault
  /// So many times that at each of the others.
  package var moreTrialCount = 1
  package var passes: Set<Pass> = Set(Pass.allCases)
  /// Nil: as long as a set may take to become steady, or a fifth of that under a budget.
  package var warmupSecondsMax: Double?
  /// By whose name rounds and trials were chosen.
  package var preset: RunPreset?
  package var timeoutSeconds: Double
  package var drainSeconds: Double
  package var seed: UInt64
  /// Open-loop arrivals are exponential instead of equally spaced.
  package var isPoisson: Bool
  /// The same as documents have it.
  var arrival: String { isPoisson ? "poisson" : "uniform" }
  /// Requests per second in the open loop; nil: by `utilisation`.
  package var openLoopRate: Double?
  /// Share of what an arm does one request at a time that it gets in the open loop; nil: 0.5.
  package var utilisation: Double?
  /// Bytes that `opaque` carries; nil: exactly what `packed` would send.
  package var opaqueSize: Int?
  /// Nil: nobody is told anything while it runs.
  package var metrics: MetricsPlan?
  /// Where spans go; nil: nowhere.
  package var otlp: OTLPEndpoint?
  /// Nodes that somebody else started; nil: the launcher starts its own.
  package var remote: RemoteNodes?
  package var toolVersion: String

  package init(
    commandLine: [String], arms: [ArmPlan], depths: [Int], isChain: Bool, placement: Placement, trialSeconds: Double,
    rounds: Int?, budgetSeconds: Double?, inFlight: Int, timeoutSeconds: Double, drainSeconds: Double, seed: UInt64,
    isPoisson: Bool, openLoopRate: Double?, opaqueSize: Int?, toolVersion: String
  ) {
    self.commandLine = commandLine
    self.arms = arms
    self.depths = depths
    self.isChain = isChain
    self.placement = placement
    self.trialSeconds = trialSeconds
    self.rounds = rounds
    self.budgetSeconds = budgetSeconds
    self.inFlight = inFlight
    self.timeoutSeconds = timeoutSeconds
    self.drainSeconds = drainSeconds
    self.seed = seed
    self.isPoisson = isPoisson
    self.openLoopRate = openLoopRate
    self.opaqueSize = opaqueSize
    self.toolVersion = toolVersion
  }

  /// Deliveries that a request of this depth may make on this arm.
  func hopsLeft(arm: Int, depth: Int, topology: Topology) -> Int {
    if let hops = arms[arm].own.hopsLeft { return hops }
    return isChain ? depth : topology.maxDepth > 0 ? topology.maxDepth : TopologyLimits.maxDepthMax
  }

  /// How much two arms differ, not why. A round of two or three arms is short beside the start of its processes, so it has
  /// more trials than one of eight.
  package mutating func compareOnly() {
    passes = [.fidelity, .counting, .open]
    let isAlone = moreConcurrencies.allSatisfy { $0 == headline }
    (headlineTrialCount, moreTrialCount) = isAlone ? (8, 0) : (6, 2)
  }

  var headline: Concurrency { Concurrency(inFlight: inFlight) }

  /// Connections between client and entry.
  var connectionCount: Int { moreConcurrencies.map(\.connections).max() ?? 1 }

  /// Nodes and clients when each arm has a set of its own.
  var processCount: Int { arms.map { $0.topology.services.map(\.replicas).reduce(1, +) }.reduce(0, +) }

  /// Too many processes otherwise, or two that would listen at one port.
  var sharesProcessSet: Bool {
    remote != nil || (processCount > ExperimentPlan.ownSetProcessCountMax || hasFixedPorts) && canShareProcessSet
  }

  private var hasFixedPorts: Bool { arms.count > 1 && arms.contains { $0.topology.hasFixedPorts } }
}
