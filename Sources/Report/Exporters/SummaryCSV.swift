// A line per arm and depth: the figures of the tables in full, with the rounds' smallest and largest.

package import Results
internal import Statistics

package enum SummaryCSV {
  package static func text(_ result: RunResult) -> String { text(result, RunSummary(result)) }

  /// - Parameter summary: of this result, for who has it already.
  static func text(_ result: RunResult, _ summary: RunSummary) -> String {
    let figures = DecayFigures(result: result, summary: summary)
    var columns = ["arm", "store", "propagator", "control_of", "depth"]
    for metric in DecayMetric.allCases {
      columns += [metric.columnName]
      if metric.hasBand { columns += ["\(metric.columnName)_low", "\(metric.columnName)_high"] }
    }
    for name in spreadNames { columns += [name, "\(name)_min", "\(name)_max"] }
    columns += [
      "p90_ns", "latency_count", "least_unfinished_ns", "p99_growth", "single_in_flight_p50_ns",
      "payload_bytes_per_hop", "context_keys",
      "allocations_at_middle_node", "system_calls_at_middle_node", "cpu_verdict", "throughput_verdict", "p50_ratio",
      "p50_verdict", "p99_ratio", "p99_verdict", "fidelity", "lost_keys",
    ]
    var table = CSVTable(columns: columns)
    for arm in summary.arms {
      for row in arm.rows { table.rows.append(line(arm, row, figures)) }
    }
    return table.text
  }

  private static let spreadNames = [
    "drop_vs_depth_1", "drop_vs_baseline", "added_cpu_per_hop_ns", "added_cpu_per_request_ns", "marginal_cpu_ns",
  ]

  private static func line(
    _ summary: RunSummary.ArmSummary, _ row: RunSummary.Row, _ figures: DecayFigures
  ) -> [String] {
    let arm = summary.arm
    var line = [arm.name, arm.store ?? "", arm.propagator, arm.controlOf ?? "", "\(row.depth)"]
    for metric in DecayMetric.allCases {
      let point = figures.point(metric, arm: arm.name, depth: row.depth)
      line.append(CSVTable.number(point?.value))
      guard metric.hasBand else { continue }
      line += [point?.band?.lowerBound, point?.band?.upperBound].map { CSVTable.number($0) }
    }
    for spread in [
      row.dropAgainstDepthOne, row.dropAgainstBaseline, row.addedCpuPerHop, row.addedCpuPerRequest, row.marginalCpu,
    ] { line += [spread?.median, spread?.min, spread?.max].map { CSVTable.number($0) } }
    line += [
      CSVTable.number(row.p90), "\(row.latencyCount)", CSVTable.number(row.leastUnfinished),
      CSVTable.number(row.p99Growth),
      CSVTable.number(row.singleInFlightP50), CSVTable.number(row.payloadBytesPerHop), CSVTable.number(row.contextKeys),
      CSVTable.number(row.allocationsPerRequest), CSVTable.number(row.systemCallsPerRequest),
      row.cpuComparison?.verdict.rawValue ?? "", row.throughputComparison?.verdict.rawValue ?? "",
      CSVTable.number(row.p50Effect?.effect), row.p50Comparison?.verdict.rawValue ?? "",
      CSVTable.number(row.p99Effect?.effect), row.p99Comparison?.verdict.rawValue ?? "",
      summary.fidelity?.verdict.rawValue ?? "", summary.fidelity?.lostKeys.joined(separator: " ") ?? "",
    ]
    return line
  }
}
