// What `ctxchain lab pressure` found: a boxed map and a typed struct under one rate of requests. Made from the result of
// the run that measured both. The schema is docs/schema/pressure-result-2.schema.json.

internal import Statistics

package struct PressureResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-pressure"
  package static let currentVersion = 2

  /// Always `ctxchain-pressure`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var seed: UInt64
  /// Requests per second that were to be sent.
  package var rate: Double
  /// Services of the chain.
  package var depth: Int
  package var propagator: String
  package var rounds: Int
  package var interrupted: Bool
  /// The map, then the struct.
  package var sides: [PressureSide]
  /// P99 of the struct / P99 of the map, the middle of the rounds; absent when no round has requests enough.
  package var p99Ratio: Double?
  /// `difference`, `indicated`, `no-difference-seen` and so on, as in a comparison.
  package var p99Verdict: String
  /// Whether the machine kept up with the rate in both.
  package var holdsRate: Bool
  package var verdict: LabVerdict
}

package struct PressureSide: Codable, Equatable, Sendable {
  package var name: String
  package var store: String
  // Per client request, over all services; absent where nothing counts.
  package var allocations: Double?
  package var allocatedBytes: Double?
  package var retains: Double?
  package var releases: Double?
  /// Completed per second in the open loop, the middle of its trials.
  package var completedRate: Double?
  /// Nanoseconds from the intended send, all rounds merged; a P99 needs 1000 requests.
  package var p50: Double?
  package var p99: Double?
  package var trials: Int
  package var invalidTrials: Int
  /// Why trials are invalid.
  package var reasons: [String]
}

extension PressureResult {
  /// Of the rate that was asked for: what has to come back.
  static let completedShareMin = 0.98

  /// - Parameters:
  ///   - map: name of the arm, as `structure` is.
  ///   - p99: of the two, compared.
  package init(
    _ run: RunResult, map: String, structure: String, depth: Int, rate: Double, p99: MetricComparison?
  ) {
    let names = [map, structure]
    sides = names.map { PressureSide(run, arm: $0, depth: depth) }
    toolVersion = run.toolVersion
    commandLine = run.commandLine
    startedAt = run.startedAt
    seed = run.seed
    self.rate = rate
    self.depth = depth
    propagator = run.arms.first { $0.name == map }?.propagator ?? ""
    rounds = run.settings.rounds
    interrupted = run.interrupted
    p99Ratio = p99?.ratio
    p99Verdict = (p99?.verdict ?? .notMeasured).rawValue
    holdsRate = sides.allSatisfy { side in
      side.trials > 0 && 2 * side.invalidTrials < side.trials
        && (side.completedRate ?? 0) >= PressureResult.completedShareMin * rate
    }
    verdict = LabVerdict(isShown: false, text: "")
    verdict = judged(p99?.verdict ?? .notMeasured)
  }

  /// 0 shown, 1 not shown, 4 the machine does not hold the rate.
  package var exitStatus: Int32 { !verdict.isShown ? 1 : holdsRate ? 0 : 4 }

  private func judged(_ p99: MetricComparison.Verdict) -> LabVerdict {
    let (map, structure) = (sides[0], sides[1])
    // Retains and releases are told and not judged: without optimization the struct has as many.
    let counts: [(name: String, map: Double?, structure: Double?, isJudged: Bool)] = [
      ("allocations", map.allocations, structure.allocations, true),
      ("bytes allocated", map.allocatedBytes, structure.allocatedBytes, true),
      ("retains and releases", map.references, structure.references, false),
    ]
    var texts: [String] = []
    var uncounted: [String] = []
    var isMore = true
    for (name, map, structure, isJudged) in counts {
      guard let map, let structure else {
        uncounted.append(name)
        continue
      }
      isMore = isMore && (map > structure || !isJudged)
      texts.append("\(NumberText.count(map)) \(name) against \(NumberText.count(structure))")
    }
    let isCounted = map.allocations != nil && structure.allocations != nil
    var text = isCounted && isMore ? "Shown: " : "Not shown: "
    if !texts.isEmpty {
      text += "per request the boxed map takes \(texts.joined(separator: ", ")) of the typed struct. "
    }
    if !uncounted.isEmpty { text += "Not counted: \(uncounted.joined(separator: ", ")). " }
    if !holdsRate {
      let slow = sides.filter {
        ($0.completedRate ?? 0) < PressureResult.completedShareMin * rate || $0.invalidTrials > 0
      }
      let names = slow.map { side in
        "\(side.name) completes \(NumberText.whole(side.completedRate))/s"
          + (side.reasons.first.map { " (\($0))" } ?? "")
      }
      text +=
        "This machine does not hold \(NumberText.whole(rate)) requests/s: \(names.joined(separator: ", ")); "
        + "its P99 says nothing."
    } else {
      text +=
        "At \(NumberText.whole(rate)) requests/s the P99 is \(NumberText.microseconds(map.p99)) µs with the map and "
        + "\(NumberText.microseconds(structure.p99)) µs with the struct: \(p99.words)."
    }
    return LabVerdict(isShown: isCounted && isMore, text: text)
  }
}

extension PressureSide {
  fileprivate init(_ run: RunResult, arm name: String, depth: Int) {
    let pass = run.counts.first { $0.arm == name && $0.depth == depth }
    func sum(_ value: (NodeCounts) -> Double?) -> Double? {
      let values = (pass?.nodes ?? []).map(value)
      return values.isEmpty || values.contains(nil) ? nil : values.compactMap { $0 }.reduce(0, +)
    }
    let open = run.trials.filter { $0.arm == name && $0.depth == depth && $0.phase == .open && !$0.superseded }
    let invalid = open.filter { $0.validity.verdict == .invalid }
    let merged = run.histograms.first { $0.arm == name && $0.depth == depth && $0.phase == .open }?.responseTime
    func percentile(_ percentile: Double) -> Double? {
      merged.flatMap { PercentileFigure(percentile, of: $0).nanoseconds }.map { Double($0) }
    }
    self.init(
      name: name, store: run.arms.first { $0.name == name }?.store ?? "", allocations: sum(\.allocationsPerRequest),
      allocatedBytes: sum(\.allocatedBytesPerRequest), retains: sum(\.retainsPerRequest),
      releases: sum(\.releasesPerRequest), completedRate: Spread.median(open.map(\.throughput)), p50: percentile(50),
      p99: percentile(99), trials: open.count, invalidTrials: invalid.count,
      reasons: Set(invalid.flatMap(\.validity.reasons)).sorted())
  }

  var references: Double? { retains.flatMap { retains in releases.map { retains + $0 } } }
}
