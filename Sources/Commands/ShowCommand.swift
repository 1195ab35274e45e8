internal import ArgumentParser
internal import Report
internal import Results

struct ShowCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a result once more, or all of its tables.",
    discussion: """
      Without a file it takes the newest result in .ctxchain/; last and previous stand for runs there, as for compare.

      """)

  @Argument(help: "A result's JSON.")
  var file: String?

  @Flag(help: "All tables, with lines of up to \(TextTable.lineSizeMax) characters.")
  var tables = false

  func run(_ call: Invocation) throws {
    let document = try CommandFailure.ofArguments {
      let results = NamedResults(saved: call.saved)
      return try ReportedDocument(file.map(results.path) ?? results.newest())
    }
    try call.console.out(tables ? document.tables : document.text(width: call.console.width))
  }
}
