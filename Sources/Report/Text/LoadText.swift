// A load's result as people read it: one figure a line.

package import Results
internal import Statistics

extension LoadResult {
  package var text: String {
    var rows = [
      ("entry", "\(entry), \(load), \(connections)"),
      (
        "throughput",
        "\(NumberText.short(trial.throughput)) requests/s over \(NumberText.time(trial.windowNanoseconds))"
      ),
      latency("response time", trial.responseTime),
    ]
    if trial.phase == .open {
      rows += [latency("service time", trial.serviceTime), latency("send lag", trial.sendLag)]
    }
    let ledger = trial.ledger
    rows.append(
      (
        "requests",
        "\(ledger.planned) planned = \(ledger.completed) completed + \(ledger.failed) failed + \(ledger.timedOut) timed out"
          + " + \(ledger.shed) shed + \(ledger.censored) censored"
      ))
    if let statuses, !statuses.isEmpty {
      let texts = statuses.map { "\($0.requests) × \($0.name ?? "\($0.status)")" }
      rows.append(("statuses", texts.joined(separator: ", ")))
    }
    if let failures = trial.failures, !failures.isEmpty {
      rows.append(("failures", failures.map { "\($0.requests) \($0.reason)" }.joined(separator: ", ")))
    }
    let reasons = trial.validity.reasons.joined(separator: "; ")
    rows.append(("validity", trial.validity.verdict.rawValue + (reasons.isEmpty ? "" : ": " + reasons)))
    if let bounds = trial.responseTime?.unfinishedCount {
      rows.append(
        (
          "note",
          "≥ is a lower bound: \(bounds) of \(trial.responseTime?.count ?? 0) requests did not complete, and count as "
            + "long as they were waited for, or at least as long as the timeout when they failed"
        ))
    }
    if interrupted { rows.append(("note", "interrupted: only what was measured until then is here")) }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { $0.0 + String(repeating: " ", count: width + 2 - $0.0.count) + $0.1 + "\n" }.joined()
  }

  private var load: String {
    trial.plannedRate.map { "\(NumberText.short($0)) requests/s planned" } ?? "\(trial.inFlight ?? 0) in flight"
  }

  private var connections: String {
    let lost = trial.lostConnections ?? 0
    return NumberText.plural(trial.connections, "connection") + (lost == 0 ? "" : " (\(lost) lost)")
  }

  /// Each percentile for which there are requests enough, and the longest time.
  private func latency(_ name: String, _ summary: LatencySummary?) -> (String, String) {
    guard let summary else { return (name, "no request") }
    let percentiles =
      [(50, summary.p50), (90, summary.p90), (99, summary.p99), (99.9, summary.p999)] as [(Double, Int64)]
    let known = percentiles.filter { summary.count >= PercentileFigure.countMin($0.0) }
      .map { (LatencyObjective.name($0.0).uppercased(), $0.1) }
    let figures = (known + [("max", summary.max)]).map { name, value in
      "\(name) \(summary.isLowerBound(value) ? "≥ " : "")\(NumberText.time(value))"
    }
    return (name, figures.joined(separator: "  ") + "  of \(summary.count)")
  }
}
