// Every slot of a run as a line of numbers, in the order of time, superseded ones included.

package import Results
internal import Statistics

package enum SlotsCSV {
  package static func text(_ result: RunResult) -> String {
    var table = CSVTable(
      columns: [
        "round", "position", "arm", "depth", "phase", "in_flight", "connections", "planned_rate_per_s", "window_ns",
        "planned", "completed", "failed", "timed_out", "shed", "censored", "throughput_per_s",
      ] + latencyColumns("response") + latencyColumns("service") + latencyColumns("send_lag") + [
        "node_cpu_ns", "client_cpu_ns", "deliveries", "host_steal_ratio", "cpu_pressure_ratio", "verdict", "reasons",
        "rerun", "superseded",
      ])
    table.rows = result.slots.map(row)
    return table.text
  }

  private static func latencyColumns(_ name: String) -> [String] {
    ["p50", "p90", "p99", "p999", "max", "mean"].map { "\(name)_\($0)_ns" }
      + ["\(name)_count", "\(name)_unfinished_count", "\(name)_least_unfinished_ns"]
  }

  private static func row(_ slot: Slot) -> [String] {
    let ledger = slot.ledger
    var row: [String] = [
      "\(slot.round)", "\(slot.position)", slot.arm, "\(slot.depth)", slot.phase.rawValue,
      CSVTable.number(slot.inFlight), "\(slot.connections)", CSVTable.number(slot.plannedRate),
      "\(slot.windowNanoseconds)",
    ]
    for count in [
      ledger.planned, ledger.completed, ledger.failed, ledger.timedOut, ledger.shed, ledger.censored,
    ] { row.append("\(count)") }
    row.append(CSVTable.number(slot.throughput))
    for summary in [slot.responseTime, slot.serviceTime, slot.sendLag] { row += latency(summary) }
    row += [
      "\(slot.nodeCpuNanoseconds)", "\(slot.clientCpuNanoseconds)", "\(slot.deliveries)",
      CSVTable.number(slot.hostStealRatio), CSVTable.number(slot.cpuPressureRatio), slot.validity.verdict.rawValue,
      slot.validity.reasons.joined(separator: "; "), "\(slot.rerun)", "\(slot.superseded)",
    ]
    return row
  }

  private static func latency(_ summary: LatencySummary?) -> [String] {
    [summary?.p50, summary?.p90, summary?.p99, summary?.p999, summary?.max].map { CSVTable.number($0) }
      + [
        CSVTable.number(summary?.mean), CSVTable.number(summary?.count), CSVTable.number(summary?.unfinishedCount),
        CSVTable.number(summary?.leastUnfinished),
      ]
  }
}
