// What the self-tests found, as one document. The schema is docs/schema/selftest-result-1.schema.json.

package import Statistics
internal import Topology

package enum SelfTestKind: String, CaseIterable, Codable, Sendable {
  case nullTarget = "null"
  case stall
  case queue = "md1"
  case poisson

  package var claim: String {
    switch self {
    case .nullTarget: "against a server that answers at once: the client's own ceiling and floor"
    case .stall: "a server that stood still shows in the quantiles as it must"
    case .queue: "the mean wait in a queue with Poisson arrivals is ρD / 2(1 − ρ)"
    case .poisson: "Poisson arrivals scatter as they must"
    }
  }
}

package struct SelfTestFigure: Codable, Equatable, Sendable {
  package let name: String
  /// `ns`, `1/s`, `%`, or empty for a plain number.
  package let unit: String
  package let found: Double
  /// nil: for information, nothing is judged.
  package let expected: Double?
  /// By how much `found` may differ from `expected`.
  package let tolerance: Double?

  package init(_ name: String, unit: String = "", found: Double, expected: Double? = nil, tolerance: Double? = nil) {
    self.name = name
    self.unit = unit
    self.found = found
    self.expected = expected
    self.tolerance = tolerance
  }

  package var isWithin: Bool {
    guard let expected, let tolerance else { return true }
    return abs(found - expected) <= tolerance
  }
}

/// One try of one test.
package struct SelfTestAttempt: Codable, Equatable, Sendable {
  package enum Verdict: String, Codable, Sendable {
    case passed
    /// Not within, on a machine that let the client keep its plan.
    case missed
    /// Not within, but the client was held up: the attempt is invalid.
    case disturbed
    /// Cut by a signal.
    case interrupted
  }

  package let seed: UInt64
  package let figures: [SelfTestFigure]
  /// Why the attempt may say more about the machine than about the client.
  package let disturbances: [String]
  /// Of every trial.
  package let ledgers: [Ledger]
  package let verdict: Verdict

  package init(
    seed: UInt64, figures: [SelfTestFigure], disturbances: [String], ledgers: [Ledger], isInterrupted: Bool = false
  ) {
    self.seed = seed
    self.figures = figures
    self.disturbances = disturbances
    self.ledgers = ledgers
    let isWithin = figures.allSatisfy(\.isWithin) && ledgers.allSatisfy { $0.isBalanced && $0.completed > 0 }
    verdict = isInterrupted ? .interrupted : isWithin ? .passed : disturbances.isEmpty ? .missed : .disturbed
  }
}

package struct SelfTestOutcome: Codable, Equatable, Sendable {
  package enum Verdict: String, Codable, Sendable {
    case passed
    /// No attempt passed, and at least one missed undisturbed.
    case failed
    /// No attempt passed, and all were disturbed.
    case invalid
    case interrupted
  }

  package let test: SelfTestKind
  /// Absent in older documents, which have frame.
  package let transport: String?
  package let attempts: [SelfTestAttempt]
  package let verdict: Verdict

  package init(test: SelfTestKind, transport: String? = nil, attempts: [SelfTestAttempt]) {
    self.test = test
    self.transport = transport
    self.attempts = attempts
    let verdicts = Set(attempts.map(\.verdict))
    verdict =
      verdicts.contains(.passed)
      ? .passed : verdicts.contains(.interrupted) ? .interrupted : verdicts.contains(.missed) ? .failed : .invalid
  }

  /// `md1`, over another transport than the frame `md1/http1`.
  package var name: String { Self.name(test, over: transport ?? Topology.transportByDefault) }

  package static func name(_ test: SelfTestKind, over transport: String) -> String {
    transport == Topology.transportByDefault ? test.rawValue : "\(test.rawValue)/\(transport)"
  }
}

package struct SelfTestResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-selftest"
  package static let currentVersion = 1

  /// Always `ctxchain-selftest`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var seed: UInt64
  /// Built with optimisation. Without it ceiling and floor say nothing.
  package var isOptimised: Bool
  /// Stopped by a signal: tests may be missing.
  package var interrupted: Bool
  /// 0 all passed, 1 one failed, 4 none failed and one was invalid, 130 and 143 on SIGINT and SIGTERM.
  package var exitStatus: Int
  package var tests: [SelfTestOutcome]

  package init(
    toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, signal: Int32?,
    tests: [SelfTestOutcome]
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    self.seed = seed
    self.isOptimised = BenchResult.isOptimisedBuild
    self.interrupted = signal != nil
    self.exitStatus = signal.map { 128 + Int($0) } ?? Self.exitStatus(tests)
    self.tests = tests
  }

  private static func exitStatus(_ tests: [SelfTestOutcome]) -> Int {
    let verdicts = Set(tests.map(\.verdict))
    return verdicts.contains(.failed) ? 1 : verdicts.contains(.invalid) ? 4 : 0
  }
}
