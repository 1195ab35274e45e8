// All arms at one depth: the columns of the comparison as pages show it. It knows no form of output.

internal import Results
internal import Statistics

struct ComparisonTable {
  struct Column {
    let title: String
    let unit: String
  }

  struct Row {
    let arm: String
    let cells: [String]
  }

  let columns: [Column] = [
    .init(title: "arm", unit: ""), .init(title: "throughput", unit: "1/s"),
    .init(title: "drop vs baseline", unit: "%"), .init(title: "CPU per hop", unit: "µs"),
    .init(title: "added CPU per hop", unit: "µs"), .init(title: "seen", unit: ""),
    .init(title: "added CPU per request", unit: "µs"), .init(title: "one more hop", unit: "µs"),
    .init(title: "P50", unit: "µs"), .init(title: "P99", unit: "µs"), .init(title: "P50, 1 in flight", unit: "µs"),
    .init(title: "allocations", unit: "/request"),
    .init(title: "syscalls", unit: "/request"), .init(title: "context", unit: "B/hop"),
  ]
  let rows: [Row]

  init(summary: RunSummary, depth: Int) {
    rows = summary.arms.compactMap { arm in
      guard let row = arm.row(depth: depth) else { return nil }
      return Row(
        arm: arm.arm.name,
        cells: [
          arm.arm.name, NumberText.plusMinus(row.throughput, NumberText.whole),
          NumberText.withRange(row.dropAgainstBaseline, NumberText.percent),
          NumberText.plusMinus(row.cpuPerHop, NumberText.microseconds),
          NumberText.withRange(row.addedCpuPerHop, NumberText.microseconds), Self.word(row.cpuComparison),
          NumberText.microseconds(row.addedCpuPerRequest?.median),
          NumberText.withRange(arm.marginalCpu, NumberText.microseconds), row.microseconds(row.p50),
          row.microseconds(row.p99), NumberText.microseconds(row.singleInFlightP50),
          NumberText.count(row.allocationsPerRequest), NumberText.count(row.systemCallsPerRequest),
          NumberText.count(row.contextBytesPerHop),
        ])
    }
  }

  static func word(_ comparison: Comparison?) -> String {
    switch comparison?.verdict {
    case .difference: "yes"
    case .indicated: "indicated"
    case .noDifferenceSeen: "no"
    case .rangeOnly: "range"
    case .tooFew, nil: NumberText.missing
    }
  }

  static func word(_ fidelity: FidelityResult?) -> String {
    switch fidelity?.verdict {
    case .faithful: "faithful"
    case .lostAsDeclared: "lost as declared"
    case .mismatch: "MISMATCH"
    case .notChecked, nil: "not checked"
    }
  }
}
