// The result of a run as one document: the only thing a run produces. Every table, page and gate is made from it alone.
// Plain values; it never measures and never formats.
//
// A field that is absent was not measured. Durations are nanoseconds, sizes bytes, unless the name says otherwise;
// ratios are 0…1. The JSON schema is docs/schema/run-result-2.schema.json.

package import Statistics
package import Topology

package struct RunResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-run"
  package static let currentVersion = 2

  /// Always `ctxchain-run`.
  package var format = Self.formatName
  /// Of this document's form; a reader refuses a newer one.
  package var version = Self.currentVersion
  /// Version of the program that measured.
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var finishedAt: String
  /// Stopped by a signal: what is here was measured, and more was meant to be.
  package var interrupted: Bool
  /// Of every random thing in the run.
  package var seed: UInt64
  /// Exit status of the program: 0 ok, 1 failed, 4 the measurement is invalid, 130 and 143 on
  /// SIGINT and SIGTERM.
  package var exitStatus: Int

  package var host: HostDescription
  package var settings: RunSettings
  /// Of the arm `as-written`, else of the first arm, as it was run.
  package var topology: Topology
  /// In the order in which reports show them.
  package var arms: [Arm]
  package var warmups: [Warmup] = []
  /// Every trial as measured, in the order of time, re-run ones included.
  package var trials: [Trial] = []
  /// One per arm, depth, phase and concurrency, merged over the rounds; superseded trials are not in them.
  package var histograms: [MergedHistogram] = []
  /// One per arm, depth and round of the open loop; superseded trials are not in them. Absent in older documents.
  package var roundLatencies: [RoundLatency]?
  package var counts: [CountingPass] = []
  package var hopBytes: [HopBytes] = []
  /// Absent when no arm's context work could be timed alone.
  package var inProcess: [InProcessHop]?
  /// Absent when nothing was clocked.
  package var stages: [StagePass]?
  /// Of every process set at its end; absent in older documents.
  package var memory: [NodeMemory]?
  package var fidelity: [FidelityResult] = []
  /// Absent when nothing was probed, and in older documents.
  package var semantics: SemanticsTable?
  package var failures: [NodeFailure] = []
  /// Absent when no node closed one.
  package var closedConnections: [ClosedConnections]?
  /// Absent when no node has several workers.
  package var workerDeliveries: [WorkerDeliveries]?
  /// Absent when no node gave up a request.
  package var givenUp: [NodeEvents]?
  /// Absent when no call went another way than it should, and in older documents.
  package var calls: [NodeEvents]?
  /// Absent when no service recorded one, and in older documents.
  package var spans: [NodeEvents]?
  /// Absent when no gateway refused one.
  package var refused: [RefusedRequests]?
  /// Of nodes that somebody else started; absent when the launcher started them.
  package var network: NetworkFigures?
  /// For people: why something is suspect, which depths were dropped.
  package var notes: [String] = []

  package init(
    toolVersion: String, commandLine: [String], startedAt: String, finishedAt: String, interrupted: Bool, seed: UInt64,
    exitStatus: Int, host: HostDescription, settings: RunSettings, topology: Topology, arms: [Arm]
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.interrupted = interrupted
    self.seed = seed
    self.exitStatus = exitStatus
    self.host = host
    self.settings = settings
    self.topology = topology
    self.arms = arms
  }
}

extension RunResult {
  package subscript(_ group: NodeCounter.Group) -> [NodeEvents]? {
    get {
      switch group {
      case .givenUp: givenUp
      case .calls: calls
      case .spans: spans
      }
    }
    set {
      switch group {
      case .givenUp: givenUp = newValue
      case .calls: calls = newValue
      case .spans: spans = newValue
      }
    }
  }

  /// What the others are held against: the arm that carries nothing, or else the one that is measured twice, which is the
  /// first. Nil for a single arm that carries something.
  package var baseline: String? {
    arms.first { $0.propagator == "none" && $0.controlOf == nil }?.name ?? arms.lazy.compactMap(\.controlOf).first
  }

  /// What an arm is held against: the baseline, or over another transport the arm that is the baseline's strategy there. That
  /// arm itself is held against the baseline: what it adds is the wire's.
  package func reference(of name: String) -> String? {
    guard let baseline, let own = arms.first(where: { $0.name == name }), own.controlOf == nil,
      let first = arms.first(where: { $0.name == baseline }), own.transportName != first.transportName,
      let there = arms.first(where: {
        $0.controlOf == nil && $0.strategyName == first.strategyName && $0.transportName == own.transportName
      }), there.name != name
    else { return baseline }
    return there.name
  }
}

package struct HostDescription: Codable, Equatable, Sendable {
  /// CPUs of the machine.
  package var cpuCount: Int
  /// Numbers of the CPUs that the run was allowed to use.
  package var allowedCpus: [Int]
  package var cpuModel: String
  package var kernel: String
  package var memoryBytes: UInt64

  package init(cpuCount: Int, allowedCpus: [Int], cpuModel: String, kernel: String, memoryBytes: UInt64) {
    self.cpuCount = cpuCount
    self.allowedCpus = allowedCpus
    self.cpuModel = cpuModel
    self.kernel = kernel
    self.memoryBytes = memoryBytes
  }
}

/// A strategy as it took part: at every depth and concurrency of the run.
package struct Arm: Codable, Equatable, Sendable {
  /// Stands for a store, a propagator or a transport that is not the same everywhere in the graph.
  package static let mixedName = "mixed"

  package var name: String
  /// Absent where no context is kept in the process; `mixed` where services differ.
  package var store: String?
  /// `mixed` where edges differ.
  package var propagator: String
  /// The same; absent in older documents, which have `frame`.
  package var transport: String?
  /// For a control arm the name of the arm that it repeats: A′ is `baseline′`, control of `baseline`.
  package var controlOf: String?
  // Where it differs from the run's settings and topology, as arms of `compare` may; absent where it does not.
  package var topology: Topology?
  package var placement: String?
  package var inFlight: Int?
  package var opaqueSize: Int?
  /// Path of the other program that ran its nodes and its client.
  package var program: String?

  package init(
    name: String, store: String?, propagator: String, transport: String? = nil, controlOf: String? = nil
  ) {
    self.name = name
    self.store = store
    self.propagator = propagator
    self.transport = transport
    self.controlOf = controlOf
  }

  package var transportName: String { transport ?? Topology.transportByDefault }

  /// The name without the transport that may stand behind it: what arms have in common that differ in their transport alone.
  package var strategyName: String {
    let ending = "/" + transportName
    return name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : name
  }
}

/// Of one process set, once, before its first trial.
package struct Warmup: Codable, Equatable, Sendable {
  package var arm: String
  /// Of the process set, from 0; 0 alone but in older documents, where replacements were warmed up alike.
  package var set: Int
  /// Windows of 5 ms (20 in older documents) at the start whose throughput was not yet that of the rest.
  package var windowsDiscarded: Int
  package var seconds: Double
  package var steady: Bool

  package init(arm: String, set: Int, windowsDiscarded: Int, seconds: Double, steady: Bool) {
    self.arm = arm
    self.set = set
    self.windowsDiscarded = windowsDiscarded
    self.seconds = seconds
    self.steady = steady
  }
}

/// Memory of one node after the rounds, in bytes.
package struct NodeMemory: Codable, Equatable, Sendable {
  /// Absent when all arms shared one set.
  package var arm: String?
  package var service: String
  package var replica: Int
  package var resident: UInt64
  /// What it shares with others divided among them.
  package var proportional: UInt64

  package init(arm: String?, service: String, replica: Int, resident: UInt64, proportional: UInt64) {
    self.arm = arm
    self.service = service
    self.replica = replica
    self.resident = resident
    self.proportional = proportional
  }
}

package struct MergedHistogram: Codable, Equatable, Sendable {
  package var arm: String
  package var depth: Int
  package var phase: Trial.Phase
  /// Only of closed-loop trials at another concurrency than that of the settings.
  package var concurrency: Concurrency?
  package var responseTime: LatencyHistogram

  package init(
    arm: String, depth: Int, phase: Trial.Phase, concurrency: Concurrency? = nil, responseTime: LatencyHistogram
  ) {
    self.arm = arm
    self.depth = depth
    self.phase = phase
    self.concurrency = concurrency
    self.responseTime = responseTime
  }
}

/// Response times of the open loop in one round, all its trials merged: what percentiles of rounds are compared by.
package struct RoundLatency: Codable, Equatable, Sendable {
  package var round: Int
  package var arm: String
  package var depth: Int
  package var responseTime: LatencySummary

  package init(round: Int, arm: String, depth: Int, responseTime: LatencySummary) {
    self.round = round
    self.arm = arm
    self.depth = depth
    self.responseTime = responseTime
  }
}

package struct FidelityResult: Codable, Equatable, Sendable {
  package enum Verdict: String, Codable, Equatable, Sendable {
    case faithful
    case lostAsDeclared = "lost-as-declared"
    case mismatch
    case notChecked = "not-checked"
  }

  package var arm: String
  package var verdict: Verdict
  /// Requests sent with a request for views.
  package var requests: Int
  /// Of these, the ones that were answered with an error or not at all: nothing of them was compared.
  package var failed: Int
  /// Contexts that came back, one per node that a request passed.
  package var views: Int
  /// Keys that were lost and declared to be.
  package var lostKeys: [String]
  /// `caller → callee`; only of a mismatch, like the next two.
  package var firstDifferingEdge: String?
  package var expected: String?
  package var found: String?
  /// As seen in the contexts that came back; absent in older documents and when none did.
  package var losses: FidelityLosses?

  package init(
    arm: String, verdict: Verdict, requests: Int = 0, failed: Int = 0, views: Int = 0, lostKeys: [String] = [],
    firstDifferingEdge: String? = nil, expected: String? = nil, found: String? = nil, losses: FidelityLosses? = nil
  ) {
    self.arm = arm
    self.verdict = verdict
    self.requests = requests
    self.failed = failed
    self.views = views
    self.lostKeys = lostKeys
    self.firstDifferingEdge = firstDifferingEdge
    self.expected = expected
    self.found = found
    self.losses = losses
  }
}

/// A process that ended before it was told to.
package struct NodeFailure: Codable, Equatable, Sendable {
  /// As the process list shows it.
  package var node: String
  /// Absent for the client.
  package var service: String?
  /// The arm whose processes it was one of; absent when all arms shared one set.
  package var arm: String?
  package var reason: String
  package var signal: Int?
  package var exitCode: Int?
  /// The last lines of its standard error.
  package var lastLogLines: [String]
  /// Requests that were in it; absent when its counters could not be read.
  package var requestsLost: UInt64?

  package init(
    node: String, service: String?, arm: String? = nil, reason: String, signal: Int? = nil, exitCode: Int? = nil,
    lastLogLines: [String] = [], requestsLost: UInt64? = nil
  ) {
    self.node = node
    self.service = service
    self.arm = arm
    self.reason = reason
    self.signal = signal
    self.exitCode = exitCode
    self.lastLogLines = lastLogLines
    self.requestsLost = requestsLost
  }
}
