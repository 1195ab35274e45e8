// The lines above the tables: what was run, where, and how far it may be trusted.

internal import Results
internal import Statistics

struct ReportHeader {
  let result: RunResult
  let summary: RunSummary

  var lines: [String] {
    blocks.flatMap { TextTable.wrapped(label: $0.label, pieces: $0.pieces) }
  }

  /// Those that have something to say.
  var blocks: [(label: String, pieces: [String])] {
    let blocks: [(label: String, pieces: [String])] = [
      ("ctxchain", ["\(result.toolVersion)", "started \(result.startedAt)", "seed \(result.seed)"]),
      ("host", host),
      ("load", load),
      ("processes", processes),
      ("context", context),
      ("depths", depths),
      ("warm-up", warmup),
      ("validity", validity),
      ("resolution", resolution),
      ("fidelity", result.fidelity.map(fidelity)),
      ("failures", result.failures.map(failure)),
      ("closed", result.closedConnections?.texts ?? []),
      ("network", result.network?.texts(in: result) ?? []),
      ("workers", result.workerDeliveries?.texts ?? []),
    ]
    let counted = NodeCounter.Group.allCases.map { (label: $0.rawValue, pieces: result[$0]?.texts ?? []) }
    let last = [("refused", result.refused?.texts ?? []), ("notes", result.notes)]
    return (blocks + counted + last).filter { !$0.pieces.isEmpty }
  }

  private var host: [String] {
    let host = result.host
    let memory = NumberText.fixed(Double(host.memoryBytes) / 0x1p30, 1)
    let allowed = host.allowedCpus.map(String.init).joined(separator: ",")
    return ["\(host.cpuCount) CPUs (\(host.cpuModel)), allowed \(allowed)", host.kernel, "\(memory) GiB"]
      + [AccountedCPU.words(result)].compactMap { $0 }
  }

  private var load: [String] {
    let settings = result.settings
    var pieces = [
      "placement \(settings.placement)", "\(settings.inFlight) in flight" + moreConcurrencies, rounds,
    ]
    if let load = RegimeWords.openLoop(settings) {
      pieces.append(load + (settings.openLoopRateReason.map { " (\($0))" } ?? ""))
    }
    pieces.append("timeout \(NumberText.short(Double(settings.timeoutNanoseconds) / 1e9)) s")
    return pieces
  }

  private var moreConcurrencies: String {
    let more = (result.settings.moreConcurrencies ?? []).map(\.name)
    return more.isEmpty ? "" : " (at the largest depth also \(more.joined(separator: ", ")))"
  }

  private var rounds: String {
    let settings = result.settings
    let trials = settings.trialsPerRound.map { ", each \($0) trials per arm" } ?? ""
    let length = NumberText.time(seconds: settings.trialSeconds)
    let longer = settings.openTrialSeconds.map { NumberText.time(seconds: $0) } ?? length
    let open = longer == length ? "" : ", in the open loop of \(longer)"
    let preset = settings.preset.map { " (\($0))" } ?? ""
    return "\(settings.rounds) of \(settings.roundsPlanned) rounds\(preset)\(trials), trials of "
      + "\(length)\(open)"
  }

  private var processes: [String] {
    let settings = result.settings
    let buffers = settings.socketBufferSize == 0 ? "as the system chose" : "of \(settings.socketBufferSize) B"
    let sets =
      settings.sharedProcessSet
      ? "one set for all arms, switched by message"
      : NumberText.plural(settings.processSets, "set") + ", replaced "
        + NumberText.plural(settings.processSetReplacements, "time")
    return [sets, "socket buffers \(buffers)"] + (result.arms.commonTransport.map { ["transport \($0)"] } ?? [])
  }

  private var context: [String] {
    let settings = result.settings
    let texts = settings.textSizes.map { sizes in
      "ids and texts of " + sizes.map(String.init).joined(separator: " and ") + " B"
    }
    return [
      "growth \(settings.growth)", "\(settings.keysPerLayer) keys per layer", texts,
      "payload \(settings.payloadSize) B",
    ].compactMap(\.self) + (settings.opaqueSize.map { ["opaque \($0) B"] } ?? [])
  }

  private var depths: [String] {
    let settings = result.settings
    guard !settings.droppedDepths.isEmpty else { return [] }
    let dropped = settings.droppedDepths.map(String.init).joined(separator: ", ")
    let full = settings.fullRunSeconds.map { "; a full run needs \(NumberText.whole($0)) s" } ?? ""
    return ["dropped \(dropped) to keep within the time\(full)"]
  }

  private var warmup: [String] {
    let unsteady = result.warmups.filter { !$0.steady }
    guard !unsteady.isEmpty else { return [] }
    let names = unsteady.map { "\($0.arm) set \($0.set)" }.joined(separator: ", ")
    return ["not steady: \(names)"]
  }

  private var validity: [String] {
    let trials = result.trials.filter { !$0.superseded && $0.phase != .pilot }
    guard !trials.isEmpty else { return ["no trial was measured"] }
    var pieces: [String] = []
    for verdict in [ValidityVerdict.Verdict.ok, .suspect, .invalid] {
      let these = trials.filter { $0.validity.verdict == verdict }
      guard let first = these.first else { continue }
      let example = first.validity.reasons.first.map { " (\(first.arm), depth \(first.depth): \($0))" } ?? ""
      pieces.append("\(these.count) of \(NumberText.plural(trials.count, "trial")) \(verdict.rawValue)" + example)
    }
    let unbalanced = trials.filter { !$0.ledger.isBalanced }.count
    if unbalanced > 0 { pieces.append("unbalanced: " + NumberText.plural(unbalanced, "ledger")) }
    let lost = trials.reduce(0.0) { $0 + Double($1.ledger.lost) }
    if lost > 0 { pieces.append("not completed: \(NumberText.whole(lost)) requests") }
    return pieces + session
  }

  private var session: [String] {
    let check = summary.session
    guard let depth = check.depth, let p = check.p else { return [] }
    let noise = check.reach.map { ", by \(NumberText.percent($0)) % at most" } ?? ""
    let corrected = "p \(NumberText.fixed(p, 3))"
    switch check.verdict {
    case .ok:
      return ["the baseline, measured twice, does not differ from itself at depth \(depth) (\(corrected)\(noise))"]
    case .suspect:
      return ["SUSPECT: the baseline, measured twice, differs from itself at depth \(depth) (\(corrected))"]
    case .notKnown: return []
    }
  }

  /// By regime: the smallest differences from the baseline that could have been claimed.
  var resolution: [String] {
    var regimes: [String: [String]] = [:]
    var order: [String] = []
    for one in summary.resolutions {
      let regime = one.concurrency.map { "\($0.name) in flight" } ?? "open loop"
      if regimes[regime] == nil { order.append(regime) }
      let smallest = one.smallest.map { "from \(NumberText.percent($0)) %" } ?? "not judged"
      let words = one.metric == .cpuPerHopOpen ? Metric.cpuPerHop.words : one.metric.words
      regimes[regime, default: []].append("\(words) \(smallest)")
    }
    return order.map { "\($0): " + regimes[$0]!.joined(separator: ", ") }
  }

  private func fidelity(_ fidelity: FidelityResult) -> String {
    let failed = fidelity.failed == 0 ? "" : " (\(fidelity.failed) of \(fidelity.requests) requests failed)"
    switch fidelity.verdict {
    case .faithful: return "\(fidelity.arm) faithful" + failed
    case .notChecked: return "\(fidelity.arm) not checked" + failed
    case .lostAsDeclared:
      return "\(fidelity.arm) lost as declared (\(fidelity.lostKeys.joined(separator: ", ")))" + failed
    case .mismatch:
      let edge = fidelity.firstDifferingEdge ?? "an unknown edge"
      let expected = fidelity.expected ?? NumberText.missing
      let found = fidelity.found ?? NumberText.missing
      return "\(fidelity.arm) MISMATCH at \(edge): expected \(expected), found \(found)"
    }
  }

  private func failure(_ failure: NodeFailure) -> String {
    let lost = failure.requestsLost.map { ", \($0) requests lost" } ?? ""
    let last = failure.lastLogLines.last.map { ", last line: \($0)" } ?? ""
    return "\(failure.node): \(failure.reason)\(lost)\(last)"
  }
}
