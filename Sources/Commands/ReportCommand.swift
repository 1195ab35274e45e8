internal import ArgumentParser
internal import Report
internal import Results

struct ReportCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a page, tables and histograms from a result.",
    discussion: """
      Of a run it writes index.html (a page to look at, that needs nothing beside itself), report.txt, report.md, \
      summary.csv, trials.csv, nodes.csv, stages.csv, fidelity.csv, semantics.csv, slopes.csv, each \
      histogram as .hgrm and as HdrHistogram V2 (.hdr), and a copy of the result (result.json). Of two runs it writes one \
      page that holds B against A, and of the result of any other command its text as a page and as Markdown.

      Without a file it takes the newest result in .ctxchain/. The words last and previous stand for the newest run there, \
      and for the newest before it that can be compared with it.

      Example: ctxchain report result.json -o report
      """)

  @Argument(help: ArgumentHelp("A result's JSON, or two of runs.", valueName: "file"))
  var files: [String] = []

  @Option(
    name: [.customShort("o"), .long],
    help: "The folder to write to, report without it; an earlier report in it is replaced.")
  var output = "report"

  @Flag(help: "Write also when the folder holds other files; they stay.")
  var force = false

  func run(_ call: Invocation) throws {
    guard files.count <= 2 else {
      throw ValidationError("expected at most two results, got \"\(files.joined(separator: " "))\"")
    }
    let results = NamedResults(saved: call.saved)
    let report = try CommandFailure.ofArguments {
      let paths = try files.isEmpty ? [results.newest()] : files.map(results.path)
      let documents = try paths.map { try ReportedDocument($0) }
      guard documents.count == 2 else { return ReportFolder(documents[0]) }
      return try ReportFolder(
        documents[0], documents[1], toolVersion: ToolVersion.current, commandLine: call.commandLine)
    }
    try report.write(to: output, isForced: force)
    try call.console.out("\(output)/index.html\n")
  }
}
