// A capacity search as plain text for people: every probe, and per strategy the interval in words.

package import Results
internal import Statistics

package enum CapacityText {
  /// Lines of at most 120 characters.
  package static func render(_ result: CapacityResult) -> String {
    var lines = header(result)
    let arms = result.arms.map(\.arm)
    for arm in result.arms where !arm.peakThroughputs.isEmpty {
      lines += [""] + table(arm, among: arms, result.settings)
    }
    lines += [""] + TextTable.wrapped(label: "", pieces: [legend], indent: 0) + [""]
    for arm in result.arms { lines += TextTable.wrapped(label: "", pieces: [finding(arm, result.settings)], indent: 0) }
    return lines.map(TextReport.printable).joined(separator: "\n") + "\n"
  }

  private static let legend =
    "Each probe is up to three open-loop runs, judged by their majority: the upper 95 % bound of every percentile within "
    + "its goal, 99 % of what was due sent, no more errors than allowed, and a client that kept time. Bounds are given "
    + "per run; a percentile is from the intended send. A run that fails while other tasks have more than "
    + "\(NumberText.percent(CapacityRun.foreignRatioMax)) % of the CPUs in use, or the host steals, is made again."

  private static func header(_ result: CapacityResult) -> [String] {
    let settings = result.settings
    let host = result.host
    let blocks: [(String, [String])] = [
      ("ctxchain", [result.toolVersion, "started \(result.startedAt)", "seed \(result.seed)"]),
      ("host", ["\(host.cpuCount) CPUs (\(host.cpuModel))", host.kernel]),
      (
        "goal",
        [goal(settings)] + [
          settings.errorRateMax == 0 ? "no errors" : "errors up to \(NumberText.percent(settings.errorRateMax)) %"
        ]
      ),
      (
        "load",
        [
          "placement \(settings.placement)", "depth \(settings.depth)",
          "open loop, arrivals \(settings.arrival), runs of \(NumberText.short(settings.runSeconds)) s or longer",
          "peak from a closed loop of \(settings.inFlight)",
        ]
      ),
      ("failures", result.failures.map(\.reason)),
      ("notes", result.notes),
    ]
    return blocks.filter { !$0.1.isEmpty }.flatMap { TextTable.wrapped(label: $0.0, pieces: $0.1) }
  }

  /// `p99 ≤ 5 ms and p50 ≤ 1 ms`.
  private static func goal(_ settings: CapacitySettings) -> String {
    settings.objectives.map { "\($0.name) ≤ \(NumberText.time($0.nanoseconds))" }.joined(separator: " and ")
  }

  private static func table(_ arm: CapacityArm, among arms: [Arm], _ settings: CapacitySettings) -> [String] {
    let peaks = MedianInterval(arm.peakThroughputs)
    let title =
      "\(arm.arm.name): " + arm.arm.words(among: arms) + ". "
      + "Closed loop: \(NumberText.withRange(peaks, unit: "/s", NumberText.whole))"
    var table = TextTable(
      [.init("probe", "", alignsLeft: true), .init("rate", "1/s"), .init("of peak", "%"), .init("holds", "")]
        + settings.objectives.map { .init("\($0.name) at most", "µs", alignsLeft: true) }
        + [.init("sent", "%"), .init("errors", "%"), .init("failed", "", alignsLeft: true)])
    table.rows = arm.probes.map { probe in
      let checks = probe.runs.map(\.check)
      let share = arm.peakThroughput.flatMap { ratio(probe.rate, $0) }
      return [
        probe.purpose.rawValue, NumberText.whole(probe.rate), NumberText.percent(share),
        probe.holds.map { $0 ? "yes" : "no" } ?? (probe.runs.contains(where: \.saysNothing) ? "not judged" : "cut"),
      ] + settings.objectives.indices.map { bounds(checks, $0) } + [
        NumberText.percent(checks.map(\.sentRatio).min()), NumberText.percent(checks.map(\.errorRatio).max()),
        probe.holds == true ? "" : probe.failed.map(\.rawValue).joined(separator: ", "),
      ]
    }
    return TextTable.wrapped(label: "", pieces: [title], indent: 0) + (arm.probes.isEmpty ? [] : table.lines())
  }

  /// One bound per run.
  private static func bounds(_ checks: [CapacityCheck], _ objective: Int) -> String {
    checks.map { NumberText.microseconds($0.percentiles[objective].upperNanoseconds) }.joined(separator: " ")
  }

  static func finding(_ arm: CapacityArm, _ settings: CapacitySettings) -> String {
    func rate(_ value: Double?) -> String {
      let share = value.flatMap { value in arm.peakThroughput.flatMap { ratio(value, $0) } }
      return "\(NumberText.whole(value)) requests/s (\(NumberText.percent(share)) % of its peak)"
    }
    let name = "\(arm.arm.name), \(goal(settings)): "
    let failed =
      arm.failedCriteria.isEmpty ? "" : ", failing \(arm.failedCriteria.map(\.rawValue).joined(separator: ", "))"
    let ends =
      (arm.highestHeld == nil ? "no rate held" : "held at \(rate(arm.highestHeld))")
      + (arm.lowestFailed == nil ? ", none failed" : ", not at \(rate(arm.lowestFailed))\(failed)")
    let widened = arm.isWidened ? "; a rate in between gave both answers, so the interval is wide" : ""
    let unconfirmed = arm.isConfirmed ? "" : "; not every end was confirmed, the answers changed too often"
    switch arm.outcome {
    case .interval: return name + ends + widened + unconfirmed
    case .atLeast:
      return name + "at least \(rate(arm.highestHeld)), and no higher rate failed twice" + widened + unconfirmed
    case .nothingHolds:
      return name + "nothing holds, not even \(rate(arm.lowestFailed))\(failed)" + widened + unconfirmed
    case .notJudged:
      let busy = arm.probes.last.map { ": " + $0.busyText } ?? ""
      return name + "not judged\(busy); until then " + ends + widened
    case .unfinished: return name + "not finished; " + (arm.probes.isEmpty ? "no rate was tried" : ends) + widened
    }
  }
}
