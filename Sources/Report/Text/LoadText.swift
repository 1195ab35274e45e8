// A load's result as people read it: one figure a line.

internal import Results
internal import Statistics

extension LoadResult {
  /// For people: one figure a line.
  package var text: String {
    func microseconds(_ value: Int64?) -> String { value.map { "\(Double($0 / 100) / 10) µs" } ?? "–" }
    func latency(_ name: String, _ summary: LatencySummary?) -> (String, String) {
      let values = [
        ("P50", summary?.p50), ("P90", summary?.p90), ("P99", summary?.p99), ("P99.9", summary?.p999),
        ("max", summary?.max),
      ]
      return (name, values.map { "\($0.0) \(microseconds($0.1))" }.joined(separator: "  "))
    }
    let ledger = slot.ledger
    let load = slot.plannedRate.map { "\($0) requests/s planned" } ?? "\(slot.inFlight ?? 0) in flight"
    var rows = [
      ("entry", "\(entry), \(load), \(slot.connections) connection\(slot.connections == 1 ? "" : "s")"),
      (
        "throughput",
        "\(Int(slot.throughput.rounded())) requests/s over \(Double(slot.windowNanoseconds / 1_000_000) / 1000) s"
      ),
      latency("response time", slot.responseTime),
    ]
    if slot.phase == .open { rows.append(latency("service time", slot.serviceTime)) }
    if slot.phase == .open { rows.append(latency("send lag", slot.sendLag)) }
    rows.append(
      (
        "requests",
        "\(ledger.planned) planned = \(ledger.completed) completed + \(ledger.failed) failed + \(ledger.timedOut) timed out + \(ledger.shed) shed + \(ledger.censored) censored"
      ))
    let reasons = slot.validity.reasons.joined(separator: "; ")
    rows.append(("validity", slot.validity.verdict.rawValue + (reasons.isEmpty ? "" : ": " + reasons)))
    if interrupted { rows.append(("note", "interrupted: only what was measured until then is here")) }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { $0.0 + String(repeating: " ", count: width + 2 - $0.0.count) + $0.1 + "\n" }.joined()
  }
}
