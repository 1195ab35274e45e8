// The race as text for people: a line per map, and a verdict.

package import Results

package enum RaceText {
  package static func render(_ result: RaceResult) -> String {
    var table = TextTable([
      TextTable.Column("map", "", alignsLeft: true), TextTable.Column("runs", ""),
      TextTable.Column("what became of it", "", alignsLeft: true),
    ])
    table.rows = result.maps.map { [$0.name, String($0.runs.count), outcome($0, of: result)] }
    var lines = [
      "ctxchain \(result.toolVersion), started \(result.startedAt), seed \(result.seed)",
      "\(result.writers) writers, each \(result.writesPerWriter) writes of shared entries, and as many of records of its own",
      "",
    ]
    lines += table.lines()
    for map in result.maps {
      if let evidence = map.failure?.run.evidence {
        lines += [""] + TextTable.wrapped(label: "\(map.name):", pieces: [evidence])
      }
    }
    lines += [""] + TextTable.wrapped(label: "", pieces: [result.verdict], indent: 0)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func outcome(_ map: RaceResult.Map, of result: RaceResult) -> String {
    if let (number, run) = map.failure {
      return "run \(number): " + result.words(run) + (run.evidence == nil ? "" : ", see below")
    }
    return map.runs.isEmpty ? "not run" : "all of \(result.writes) writes accounted for, each time"
  }
}
