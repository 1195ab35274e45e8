internal import ArgumentParser
internal import Report
internal import Results

struct ReportCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a page, tables and histograms from a result's JSON.",
    discussion: """
      Writes index.html (a page to look at, that needs nothing beside itself), report.txt, report.md, summary.csv, \
      slots.csv, nodes.csv, stages.csv, fidelity.csv, semantics.csv, slopes.csv, and each \
      histogram as .hgrm and as HdrHistogram V2 (.hdr).

      Example: ctxchain report result.json -o report
      """)

  @Argument(help: "The JSON of `chain` or `run`.")
  var file: String

  @Option(name: [.customShort("o"), .long], help: "The folder to write to; an earlier report in it is replaced.")
  var output: String

  @Flag(help: "Write also when the folder holds other files; they stay.")
  var force = false

  func run(_ call: Invocation) throws {
    let result = try CommandFailure.ofArguments { try ResultFile.read(file) }
    try ReportFolder(result).write(to: output, isForced: force)
    try call.console.out("\(output)/index.html\n")
  }
}
