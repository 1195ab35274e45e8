// What a run says, in the order in which a reader asks: what was found, how far it may be trusted, what each arm costs and
// loses, how that grows with depth, what it means, where it goes, what could have been seen, what to do next. Text,
// Markdown and the JSON's summary show the same. It knows no form of output.

internal import Glibc
internal import Results
internal import Statistics
internal import Topology

struct RunAnswer {
  /// How far a run may be trusted.
  enum Trust: String, Codable {
    case ok
    /// Too few rounds for any claim.
    case low
    /// Something that must be known first, such as an invalid trial.
    case suspect
    case nothingMeasured = "nothing-measured"
  }

  /// The load for which costs are told in CPUs: hops of a request, and requests per second.
  static let statedHops = 10.0
  static let statedRate = 10_000.0

  let result: RunResult
  let summary: RunSummary
  let decay: DecayFigures
  let findings: Findings
  let attribution: Attribution

  init(_ result: RunResult, _ summary: RunSummary) {
    self.result = result
    self.summary = summary
    decay = DecayFigures(result: result, summary: summary)
    findings = Findings(result: result, summary: summary)
    attribution = Attribution(result)
  }

  /// At the largest depth: the baseline, then the others by what they add, transport by transport. Without the control.
  var arms: [ArmRow] {
    guard let depth = summary.depths.last else { return [] }
    let rows = ArmRow.all(decay, depth: depth).filter { $0.arm.arm.controlOf == nil }
    let transports = summary.transports?.names ?? []
    func order(_ row: ArmRow) -> (Int, Double) {
      let arm = row.arm.arm
      let place = transports.firstIndex(of: arm.transportName) ?? transports.count
      let isFirst = arm.name == summary.baseline || summary.transports?.wires.contains { $0.arm == arm.name } == true
      return (place, isFirst ? -.infinity : row.row.addedCpuPerHop?.median ?? .infinity)
    }
    return rows.enumerated().sorted { left, right in
      let (one, other) = (order(left.element), order(right.element))
      return (one.0, one.1, left.offset) < (other.0, other.1, right.offset)
    }.map(\.element)
  }

  // MARK: Words

  var trust: Trust {
    if summary.roundCount == 0 || summary.depths.isEmpty { return .nothingMeasured }
    if !findings.warnings.isEmpty { return .suspect }
    return summary.roundCount < SignTest.roundCountMin ? .low : .ok
  }

  /// How far the run may be believed, each a sentence.
  var doubts: [String] {
    let few = NumberText.plural(summary.roundCount, "round")
    let range = trust == .low ? ["\(few): only smallest…largest is known."] : []
    let closed = (result.closedConnections?.texts ?? []).map { "Closed \($0)." }
    return range + findings.warnings + closed + Self.disturbances(trials) + [findings.noise].compactMap { $0 }
      + result.notes
  }

  private var trials: [Trial] { result.trials.filter { !$0.superseded && $0.phase != .pilot } }

  /// How many of them the machine disturbed, and how many of their requests did not complete.
  static func disturbances(_ trials: [Trial]) -> [String] {
    let lost = trials.reduce(0.0) { $0 + Double($1.ledger.lost) }
    return disturbed(trials) + (lost > 0 ? ["\(NumberText.whole(lost)) requests did not complete."] : [])
  }

  private static func disturbed(_ trials: [Trial]) -> [String] {
    let suspects = trials.filter { $0.validity.verdict == .suspect }
    guard !trials.isEmpty else { return [] }
    guard let first = suspects.first else {
      let others = trials.contains { $0.validity.verdict == .invalid } ? "other " : ""
      return ["None of \(NumberText.plural(trials.count, "\(others)trial")) was disturbed."]
    }
    let example = first.validity.reasons.first.map { " (such as: \($0))" } ?? ""
    return ["\(suspects.count) of \(NumberText.plural(trials.count, "trial")) disturbed\(example)."]
  }

  /// How many CPUs take a CPU time per hop, at the stated load.
  static func cpus(_ nanosecondsPerHop: Double) -> Double { nanosecondsPerHop / 1e9 * statedHops * statedRate }

  /// Of arms that may be said to differ.
  var meaning: [String] {
    guard !findings.told.isEmpty else { return [] }
    let each = findings.told.map { told in
      told.name + " "
        + (told.added.range.isBelow(Self.nanosecondsOfThousandth)
          ? "< 0.001" : NumberText.withRange(told.added) { Self.cpuText(Self.cpus($0 ?? 0)) })
    }
    let over = summary.transports == nil ? "" : " over the same transport"
    return [
      "10 hops at 10 000 requests/s take so many CPUs more than \(summary.baseline ?? NumberText.missing)\(over): "
        + each.joined(separator: ", ") + "."
    ]
  }

  /// Of a hop that takes a thousandth of a CPU at the stated load.
  private static let nanosecondsOfThousandth = 0.001 / cpus(1)

  /// With as many digits behind the point as it takes to see that it is something.
  private static func cpuText(_ cpus: Double) -> String {
    guard abs(cpus) < 0.1, cpus != 0 else { return NumberText.short(cpus) }
    var decimals = 3
    while decimals < 6, abs(cpus) < 0.5 * pow(10, -Double(decimals)) { decimals += 1 }
    return NumberText.fixed(cpus, decimals)
  }

  /// What each transport costs, and whether the order of strategies changes from one to another; nothing where all arms
  /// have one.
  var wires: [String] { summary.transports.map { $0.sentences(summary) } ?? [] }

  /// The parts of a hop that arms make longest, of those that may be said to differ.
  var places: [String] {
    let wires = summary.transports?.wires ?? []
    let told = Set(
      findings.told.map(\.name) + wires.filter { $0.comparison(summary)?.verdict.isClaim == true }.map(\.arm))
    let texts = attribution.rows.filter { told.contains($0.arm) }.compactMap { row -> String? in
      guard let added = row.added, added.whole > attribution.noise ?? 0 else { return nil }
      let parts = TimePart.allCases.map { (part: $0, time: added[$0]) }.sorted { $0.time > $1.time }.prefix(2)
        .filter { $0.time > attribution.noise ?? 0 }
      guard !parts.isEmpty else { return nil }
      let named = parts.map { "\($0.part.title) \(NumberText.microseconds($0.time))" }.joined(separator: ", ")
      return "\(row.arm) \(named) of \(NumberText.microseconds(added.whole))"
    }
    return texts.isEmpty
      ? [] : ["µs that a hop takes longer, one request under way: " + texts.joined(separator: "; ") + "."]
  }

  var resolution: [String] {
    let regimes = ReportHeader(result: result, summary: summary).resolution
    guard !regimes.isEmpty else { return [] }
    guard summary.resolutions.contains(where: { $0.smallest != nil }) else {
      return ["no difference, however large: the rounds are too few for a claim."]
    }
    return ["no difference that is smaller than: " + regimes.joined(separator: "; ") + "." + timeForOnePercent]
  }

  /// Empty where one percent of CPU per hop is resolved, or nobody knows when it would be.
  private var timeForOnePercent: String {
    let headline = Concurrency(inFlight: result.settings.inFlight)
    let found = summary.resolutions.first { $0.metric == .cpuPerHop && $0.concurrency == headline }
    guard let seconds = found?.secondsMore(until: 0.01, roundSeconds: result.settings.roundSeconds) else { return "" }
    return " For 1 % of CPU per hop about \(NumberText.time(seconds: seconds.rounded(.up))) more (--until 1%)."
  }

  /// What to do next, each a command and what it is for.
  var next: [(command: String, purpose: String)] {
    var steps: [(String, String)] = []
    if let needed = findings.roundsNeeded {
      steps.append(("the same with --rounds \(needed)", "enough rounds for every claim"))
    }
    steps += [("ctxchain report", "the page"), ("ctxchain show --tables", "all tables")]
    if let pair = (findings.overlapping + [findings.alike]).first(where: { $0.count > 1 })?.map(\.name), isChain {
      steps.append(
        ("ctxchain compare \(pair[0]) \(pair[1]) -n \(result.topology.services.count)", "what sets them apart"))
    }
    return steps
  }

  var isChain: Bool { result.commandLine.dropFirst().first == "chain" }

  /// `chain of 5 services, 64 in flight, 12 of 12 rounds, seed 1`
  var setting: String {
    let settings = result.settings
    let count = result.topology.services.count
    let graph =
      isChain ? "chain of \(NumberText.plural(count, "service"))" : "graph of \(NumberText.plural(count, "service"))"
    let rounds =
      settings.rounds == settings.roundsPlanned
      ? NumberText.plural(settings.rounds, "round") : "\(settings.rounds) of \(settings.roundsPlanned) rounds"
    return "\(graph), \(settings.inFlight) in flight, \(rounds), seed \(result.seed), \(result.startedAt)"
  }

  /// Where it ran, and what that means for rates.
  var place: String {
    let host = result.host
    let shared =
      result.settings.placement == "one"
      ? "client and services share one of them, so rates compare arms and say nothing of machines"
      : "placement \(result.settings.placement)"
    return "\(NumberText.plural(host.cpuCount, "CPU")) (\(host.cpuModel)); \(shared)"
  }

  // MARK: Tables

  /// One line per arm.
  ///
  /// - Parameter narrowing: columns to leave out, those first that say least of what was asked.
  func costs(narrowing: Int = 0, countMax: Int = .max) -> ReportTable? {
    let rows = arms
    let depth = summary.depths.last ?? 0
    let columns = Column.ofAnswer(rows, depth: depth, without: narrowing)
    var table = ReportTable(title: "Cost at depth \(depth)", columns, Array(rows.prefix(countMax)))
    let losses = losses(of: rows)
    if !losses.isEmpty { table?.notes.append("lost: " + losses.joined(separator: "; ")) }
    if rows.count > countMax {
      table?.notes.append("\(NumberText.plural(rows.count - countMax, "more arm")): ctxchain show --tables")
    }
    if let wire = summary.transports?.wires.first {
      table?.notes.append("added: over \(summary.baseline ?? "") of the same transport; of \(wire.arm) the wire's")
    }
    table?.notes.append(regimes)
    return table
  }

  /// The keys that each arm loses; of the same strategy over another transport only where they are others.
  private func losses(of rows: [ArmRow]) -> [String] {
    let first = rows.first { $0.arm.arm.name == summary.baseline }?.arm.arm.strategyName
    var told: [String: [String]] = [:]
    return rows.compactMap { row in
      let arm = row.arm.arm
      guard arm.strategyName != first, let lost = row.arm.fidelity?.lostKeys, !lost.isEmpty,
        told[arm.strategyName] != lost
      else { return nil }
      told[arm.strategyName] = lost
      return "\(arm.name) \(lost.joined(separator: ", "))"
    }
  }

  /// Under which load the columns of `costs` were measured.
  private var regimes: String {
    let settings = result.settings
    let open =
      RegimeWords.load(settings).map {
        "; open, P50, P99: an open loop at \($0), as services usually are (--utilisation)"
      } ?? ""
    return "claim, requests: \(settings.inFlight) in flight, where requests queue\(open)"
  }

  /// CPU of a request by depth, a column for each; nil with one depth.
  func depths(columnCountMax: Int = 8, countMax: Int = .max) -> ReportTable? {
    let depths = RunAnswer.spread(summary.depths, columnCountMax)
    let rows = arms
    // The first is what the others are read against.
    guard summary.depths.count > 1, countMax >= min(rows.count, 2), countMax > 0 else { return nil }
    let shown = rows.prefix(1) + rows.dropFirst().suffix(countMax - 1)
    let own = [Column<ArmRow>("", "arm", narrow: ("DEPTH", "CPU µs/request")) { .text($0.arm.arm.name) }]
    let byDepth = depths.map { depth in
      Column<ArmRow>("", "depth \(depth)", narrow: ("\(depth)", "")) { row in
        .microseconds(row.decay.point(.cpuPerRequest, arm: row.arm.arm.name, depth: depth)?.value)
      }
    }
    let slope = Column<ArmRow>("", "one more hop", "") { row in
      guard let fit = row.arm.fits[.cpuPerRequest], let interval = fit.slopeInterval else {
        return .spread(row.arm.marginalCpu, NumberText.microseconds, .range)
      }
      return .text(NumberText.withRange(fit.line.slope, interval, unit: "", NumberText.microseconds))
    }
    var table = ReportTable(
      title: "CPU of a request over depth, µs", own + byDepth + [slope],
      Array(shown))
    if rows.count > countMax {
      table?.notes.append("\(NumberText.plural(rows.count - countMax, "more arm")): ctxchain show --tables")
    }
    return table
  }

  /// At most so many of a list: the ends, and what lies evenly between them.
  static func spread(_ depths: [Int], _ countMax: Int) -> [Int] {
    guard depths.count > countMax, countMax > 1 else { return depths }
    let step = Double(depths.count - 1) / Double(countMax - 1)
    return (0..<countMax).map { depths[Int((Double($0) * step).rounded())] }
  }
}

extension ClosedRange<Double> {
  /// Both ends lie nearer to 0.
  fileprivate func isBelow(_ size: Double) -> Bool { abs(lowerBound) < size && abs(upperBound) < size }
}
