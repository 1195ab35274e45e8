// The race as text for people: a line per map, and a verdict.

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
    // No column has a unit.
    lines += table.lines().enumerated().filter { $0.offset != 1 }.map(\.element)
    lines += [""] + TextTable.wrapped(label: "", pieces: [result.verdict], indent: 0)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func outcome(_ map: RaceResult.Map, of result: RaceResult) -> String {
    if let (number, run) = map.failure {
      return "run \(number): " + outcome(run, of: result) + (run.evidence.map { "; \($0)" } ?? "")
    }
    return map.runs.isEmpty ? "not run" : "all of \(result.writes) writes accounted for, each time"
  }

  private static func outcome(_ run: RaceRun, of result: RaceResult) -> String {
    switch run.outcome {
    case .accounted: return "every write accounted for"
    case .crashed: return run.signal.map { "ended by \($0)" } ?? "crashed"
    case .hung: return "did not end, and was killed"
    case .reported: return "a data race, reported by ThreadSanitizer"
    case .lostWrites:
      let lost = result.writes - (run.found ?? 0)
      var parts: [String] = []
      if lost != 0 { parts.append(lost > 0 ? "\(lost) of \(result.writes) writes lost" : "\(-lost) writes too many") }
      if let leftOver = run.leftOver, leftOver != 0 {
        parts.append("\(NumberText.plural(abs(leftOver), "record")) too \(leftOver > 0 ? "many" : "few")")
      }
      return parts.joined(separator: ", ")
    }
  }

  static func verdict(_ result: RaceResult) -> String {
    var sentences: [String] = result.interrupted ? ["Interrupted."] : []
    for map in result.maps where !map.isSafe {
      if let (number, run) = map.failure {
        sentences.append(
          "The \(map.name) fails when \(result.writers) threads write to it: \(outcome(run, of: result)), in run \(number)"
            + " of at most \(result.runsMax).")
      } else if !map.runs.isEmpty {
        sentences.append("The \(map.name) was not seen to fail in \(NumberText.plural(map.runs.count, "run")).")
      }
    }
    let safe = result.maps.filter { $0.isSafe && !$0.runs.isEmpty }
    let survived = safe.filter { $0.failure == nil }.map(\.name)
    if !survived.isEmpty {
      sentences.append(
        "\(list(survived)) survived the same, with every one of \(result.writes) writes accounted for in each of "
          + "\(NumberText.plural(safe[0].runs.count, "run")).")
    }
    for map in safe {
      if let (number, run) = map.failure {
        sentences.append("\(map.name) FAILED in run \(number): \(outcome(run, of: result)).")
      }
    }
    return sentences.joined(separator: " ")
  }

  private static func list(_ names: [String]) -> String {
    names.count < 2
      ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
  }
}
