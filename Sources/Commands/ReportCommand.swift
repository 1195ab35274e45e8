internal import ArgumentParser
internal import Report
internal import Results

struct ReportCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a page, tables and histograms from a result's JSON.",
    discussion: """
      Writes index.html (a page to look at, that needs nothing beside itself), report.txt, report.md, summary.csv, \
      trials.csv, nodes.csv, stages.csv, fidelity.csv, semantics.csv, slopes.csv, each \
      histogram as .hgrm and as HdrHistogram V2 (.hdr), and a copy of the result (result.json).

      Example: ctxchain report result.json -o report
      """)

  @Argument(help: "The JSON of `chain` or `run`.")
  var file: String

  @Option(name: [.customShort("o"), .long], help: "The folder to write to; an earlier report in it is replaced.")
  var output: String

  @Flag(help: "Write also when the folder holds other files; they stay.")
  var force = false

  func run(_ call: Invocation) throws {
    let (document, result) = try CommandFailure.ofArguments {
      let document = try ResultFile.contents(of: file)
      return (document, try ResultFile.decode(document, path: file))
    }
    try ReportFolder(result, document: document).write(to: output, isForced: force)
    try call.console.out("\(output)/index.html\n")
  }
}
