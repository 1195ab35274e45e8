// The options of `compare` by which a pull request is held to limits: the gates, and what a CI server shows of them.

internal import ArgumentParser
internal import Report
internal import Results

struct GateOptions: ParsableArguments {
  @Option(help: "What must not be, such as 'cpu_per_hop > 1.05'; may be given more than once.")
  var failIf: [String] = []

  @Option(help: "Write what became of each --fail-if as JUnit XML to this file.")
  var junit: String?

  @Option(help: "Write the comparison as Markdown with tables to this file, as a job's summary or a comment.")
  var markdown: String?

  mutating func validate() throws {
    guard junit == nil || !failIf.isEmpty else { throw ValidationError("--junit: expected a --fail-if beside it") }
    for (option, path) in [("--junit", junit), ("--markdown", markdown)] where path == ResultFile.standardOutput {
      throw ValidationError("\(option): expected a file")
    }
  }

  /// - Throws: also where a file cannot be written, before anything is measured.
  func read() throws -> [Gate] {
    for path in [junit, markdown].compactMap({ $0 }) { try ResultFile.checkWritable(path) }
    return try failIf.map { expression in
      do {
        return try Gate(expression)
      } catch {
        throw ValidationError("--fail-if: \(error)")
      }
    }
  }

  /// Writes the files that were asked for.
  ///
  /// - Parameter comparison: nil where there is none, because the run came to no trial.
  func write(_ comparison: ComparisonDocument?) throws {
    if let junit {
      try ResultFile.write(text: comparison.map(GateReport.junit) ?? GateReport.nothingMeasured, to: junit)
    }
    if let markdown, let comparison { try ResultFile.write(text: ComparisonMarkdown.render(comparison), to: markdown) }
  }
}
