// The pressure laboratory as text: both sides in a table, then the verdict.

package import Results

package enum PressureText {
  package static func render(_ result: PressureResult) -> String {
    var table = TextTable([
      .init("store", "", alignsLeft: true), .init("allocations", "/request"), .init("allocated", "B/request"),
      .init("retains", "/request"), .init("releases", "/request"), .init("completed", "1/s"), .init("P50", "µs"),
      .init("P99", "µs"), .init("trials", "invalid"),
    ])
    table.rows = result.sides.map { side in
      [
        side.name, NumberText.count(side.allocations), NumberText.count(side.allocatedBytes),
        NumberText.count(side.retains), NumberText.count(side.releases), NumberText.whole(side.completedRate),
        NumberText.microseconds(side.p50), NumberText.microseconds(side.p99),
        "\(side.invalidTrials) of \(side.trials)",
      ]
    }
    var lines = [
      "A boxed map and a typed struct, \(NumberText.whole(result.rate)) requests/s (open loop) through "
        + "\(NumberText.plural(result.depth, "service")), propagator \(result.propagator), "
        + NumberText.plural(result.rounds, "round"),
      "",
    ]
    lines += table.lines()
    lines += [
      "", "Counts are of all services together, one request under way; retains and releases in processes of their own.",
    ]
    if result.interrupted { lines.append("Interrupted: less than was to be measured.") }
    lines += [""] + TextTable.wrapped(label: "", pieces: [result.verdict.text], indent: 0)
    return lines.map(TextReport.printable).joined(separator: "\n") + "\n"
  }
}
