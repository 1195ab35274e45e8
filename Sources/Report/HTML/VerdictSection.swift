// How far a run may be trusted, in full: trials by verdict, the machine, and everything that speaks against the run.

internal import Results
internal import Statistics

struct VerdictSection {
  let page: ReportPage

  var markup: Markup {
    ReportPage.section("verdict", "How far it may be trusted", counts, [tiles, troubles])
  }

  private var trials: [Trial] { page.result.trials.filter { !$0.superseded && $0.phase != .pilot } }

  private var counts: String {
    let verdicts: [ValidityVerdict.Verdict] = [.ok, .suspect, .invalid]
    let parts = verdicts.compactMap { verdict -> String? in
      let count = trials.count { $0.validity.verdict == verdict }
      return count > 0 ? "\(count) \(verdict.rawValue)" : nil
    }
    return "\(NumberText.plural(trials.count, "trial")): " + (parts.isEmpty ? "none" : parts.joined(separator: ", "))
  }

  private var tiles: Markup {
    let settings = page.result.settings
    let rounds =
      settings.rounds == settings.roundsPlanned
      ? "\(settings.rounds)" : "\(settings.rounds) of \(settings.roundsPlanned)"
    let steal = Spread(trials.compactMap(\.hostStealRatio))
    let pressure = Spread(trials.compactMap(\.cpuPressureRatio))
    let control = page.summary.arm(named: page.summary.control)?.row(depth: page.summary.depths.last ?? 1)
    return .element(
      "dl", ["class": "tiles"],
      [
        tile(
          "rounds", rounds,
          "trials of \(NumberText.time(seconds: settings.trialSeconds)), \(settings.inFlight) in flight"),
        tile("placement", settings.placement, "\(page.result.host.cpuCount) CPUs"),
        tile(
          "stolen by the host", steal.map { NumberText.percent($0.median) + " %" } ?? NumberText.missing,
          steal.map { "of the CPU time; worst trial \(NumberText.percent($0.max)) %" } ?? "not known"),
        tile(
          "waiting for a CPU", pressure.map { NumberText.percent($0.median) + " %" } ?? NumberText.missing,
          pressure.map { "of the time; worst trial \(NumberText.percent($0.max)) %" } ?? "not known"),
        tile(
          "baseline against itself",
          NumberText.withRange(control?.addedCpuPerHop, unit: " µs", NumberText.microseconds),
          control == nil ? "not measured twice" : "CPU per hop: the noise"),
        tile("seed", "\(page.result.seed)", "of everything random"),
      ])
  }

  private func tile(_ name: String, _ value: String, _ note: String) -> Markup {
    .element(
      "div", [:],
      [
        .element("dt", text: name), .element("dd", ["class": "figure"], text: value),
        .element("dd", ["class": "note"], text: note),
      ])
  }

  /// Everything that speaks against the run, each with how often it was so.
  private var troubles: Markup {
    var texts = reasons.map { kind in
      let such = kind.count > 1 && kind.differs ? ", such as" : ":"
      return "\(NumberText.plural(kind.count, "trial")) \(kind.verdict.rawValue)\(such) \(kind.example)"
    }
    let unbalanced = trials.count { !$0.ledger.isBalanced }
    if unbalanced > 0 { texts.append("unbalanced: \(NumberText.plural(unbalanced, "ledger"))") }
    let lost = trials.reduce(0.0) { $0 + Double($1.ledger.lost) }
    if lost > 0 { texts.append("not completed: \(NumberText.whole(lost)) requests") }
    texts += page.result.failures.map { failure in
      let last = failure.lastLogLines.last.map { "; its last line: \($0)" } ?? ""
      return "\(failure.node): \(failure.reason)\(last)"
    }
    let unsteady = page.result.warmups.filter { !$0.steady }.map { "\($0.arm), set \($0.set)" }
    if !unsteady.isEmpty { texts.append("not steady after the warm-up: \(unsteady.joined(separator: "; "))") }
    texts += page.result.notes
    guard !texts.isEmpty else { return .nothing }
    return .element(
      "div", ["class": "troubles"],
      [.element("h3", text: "To be known"), .element("ul", [:], texts.map { .element("li", text: $0) })])
  }

  /// Why trials are not ok: reasons that differ in their numbers alone together, with the first of them.
  private var reasons: [(verdict: ValidityVerdict.Verdict, example: String, count: Int, differs: Bool)] {
    var kinds: [(verdict: ValidityVerdict.Verdict, example: String, count: Int, differs: Bool)] = []
    func kind(_ reason: String) -> [Substring] { reason.split(separator: " ").filter { $0.first?.isNumber != true } }
    for trial in trials {
      for reason in trial.validity.reasons {
        let same = kinds.firstIndex { $0.verdict == trial.validity.verdict && kind($0.example) == kind(reason) }
        guard let same else {
          kinds.append((trial.validity.verdict, reason, 1, false))
          continue
        }
        kinds[same].count += 1
        kinds[same].differs = kinds[same].differs || kinds[same].example != reason
      }
    }
    return kinds
  }
}
