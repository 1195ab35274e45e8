// What each strategy keeps and what it loses, found by running it: one document. The schema is
// docs/schema/semantics-result-1.schema.json. Plain values; SemanticsReadings makes the cells.

internal import Topology

package struct SemanticsResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-semantics"
  package static let currentVersion = 1

  /// Always `ctxchain-semantics`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var seed: UInt64
  /// Services of the chain.
  package var depth: Int
  /// Stopped by a signal: strategies are missing.
  package var interrupted = false
  package var strategies: [StrategySemantics] = []

  package init(toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, depth: Int) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    self.seed = seed
    self.depth = depth
  }
}

package struct StrategySemantics: Codable, Equatable, Sendable {
  package var name: String
  /// Absent where no context is kept.
  package var store: String?
  package var propagator: String
  /// Absent in older documents, which have `frame`.
  package var transport: String?
  /// Of every aspect, in the order of `SemanticsAspect`.
  package var cells: [SemanticsCell]

  package init(
    name: String, store: String?, propagator: String, transport: String? = nil, cells: [SemanticsCell]
  ) {
    self.name = name
    self.store = store
    self.propagator = propagator
    self.transport = transport
    self.cells = cells
  }

  package var transportName: String { transport ?? Topology.transportByDefault }

  package func cell(_ aspect: SemanticsAspect) -> SemanticsCell? { cells.first { $0.aspect == aspect } }
}

package enum SemanticsAspect: String, CaseIterable, Codable, Equatable, Sendable {
  case keys, types, tracestate, deadline, cancel, writers, leftovers, bytes
}

package struct SemanticsCell: Codable, Equatable, Sendable {
  package enum Verdict: String, Codable, Equatable, Sendable {
    case yes, partly, no
    /// A number, which is neither good nor bad.
    case figure
    case notApplicable = "not-applicable"
    case notProbed = "not-probed"
  }

  package var aspect: SemanticsAspect
  package var verdict: Verdict
  /// A few words or a number.
  package var text: String
  /// What it was concluded from.
  package var evidence: [SemanticsEvidence]

  package init(aspect: SemanticsAspect, verdict: Verdict, text: String, evidence: [SemanticsEvidence] = []) {
    self.aspect = aspect
    self.verdict = verdict
    self.text = text
    self.evidence = evidence
  }
}

/// Something that was seen at one place.
package struct SemanticsEvidence: Codable, Equatable, Sendable {
  /// `client`, a service, or a path of services.
  package var place: String
  package var text: String

  package init(place: String, text: String) {
    self.place = place
    self.text = text
  }
}
