internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results
internal import Topology

struct SemanticsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "semantics",
    abstract: "Show what each strategy keeps and loses, measured in running processes.",
    discussion: """
      For each strategy: the keys, integers and tracestate that arrive behind a chain of services; whether a deadline \
      shrinks and is obeyed; whether a cancel reaches the last service; what is left over afterwards; bytes per hop. \
      --explain shows what one cell was concluded from.

      Example: ctxchain semantics --strategies packed,binary25 --depth 3
      """)

  @Option(help: "Presets, or propagators (under the store value-chain), separated by commas; without it every preset.")
  var strategies: String?

  @Option(name: [.customShort("n"), .long], help: "Services of the chain, 2 to 64.")
  var depth = 5

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Of a strategy one aspect (\(Self.aspects)): what was sent, and what arrived at which service.",
      valueName: "strategy aspect"))
  var explain: [String] = []

  @Option(help: "Seed of every random thing.")
  var seed: UInt64 = 1

  @Option(help: "Write the result as JSON to this file; - is standard output.")
  var json: String?

  private static let aspects = SemanticsAspect.allCases.map(\.rawValue).joined(separator: ", ")

  func run() throws {
    let explained = try explained()
    let progress = TerminalProgress()
    let session: SemanticsSession
    do {
      if let json { try ResultFile.checkWritable(json) }
      session = try SemanticsSession(try plan(explained), observer: progress)
    } catch let error as ResultError {
      throw Console.fail("\(error)", status: 1)
    }
    let status = session.run()
    progress.close()
    defer { session.close() }
    if let problem = session.problem { throw Console.fail(problem, status: status) }
    do {
      let result = session.result
      var text = SemanticsText.render(result)
      if let explained, let strategy = result.strategies.first {
        text = SemanticsText.explain(strategy, explained.aspect, depth: depth)
      }
      let unprinted = Console.report(text, json: json)
      if let json { try ResultFile.write(result, to: json) }
      if let unprinted { throw unprinted }
    } catch let error as ResultError {
      throw Console.fail("\(error)", status: 1)
    }
    if status != 0 { throw ExitCode(status) }
  }

  private func explained() throws -> (strategy: String, aspect: SemanticsAspect)? {
    guard !explain.isEmpty else { return nil }
    guard explain.count == 2 else {
      throw ValidationError("--explain: expected a strategy and an aspect, got \(explain.count) words")
    }
    guard strategies == nil else { throw ValidationError("--explain names the strategy; leave --strategies out") }
    guard let aspect = SemanticsAspect(rawValue: explain[1]) else {
      throw ValidationError("--explain: expected one of \(Self.aspects), got \"\(explain[1])\"")
    }
    return (explain[0], aspect)
  }

  private func plan(_ explained: (strategy: String, aspect: SemanticsAspect)?) throws -> SemanticsPlan {
    try OptionRange.check("--depth", depth, SemanticsPlan.depthRange)
    let arms = try ProbedStrategies.arms(
      explained?.strategy ?? strategies, option: explained == nil ? "--strategies" : "--explain", depth: depth)
    return SemanticsPlan(
      commandLine: CommandLine.arguments, toolVersion: ToolVersion.current, seed: seed, arms: arms)
  }
}
