internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results
internal import Topology

struct SemanticsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "semantics",
    abstract: "Show what each strategy keeps and loses, measured in running processes.",
    discussion: """
      For each strategy: the keys, integers and tracestate that arrive behind a chain of services; whether a deadline \
      shrinks and is obeyed; whether a cancel reaches the last service; what is left over afterwards; bytes per hop. \
      --explain shows what one cell was concluded from.

      Example: ctxchain semantics --strategies packed,binary25 --depth 3
      """)

  @Option(
    help: """
      Presets, or propagators (under the store value-chain), separated by commas, each with a transport of its own behind \
      it, as packed/http1, or without; without it every preset.
      """)
  var strategies: String?

  @Option(help: TransportNames.help)
  var transports: String?

  @Option(name: [.customShort("n"), .long], help: "Services of the chain, 2 to 64.")
  var depth = 5

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Of a strategy one aspect (\(Self.aspects)): what was sent, and what arrived at which service.",
      valueName: "strategy aspect"))
  var explain: [String] = []

  @OptionGroup var seed: SeedOption

  @OptionGroup var output: ResultOptions

  private static let aspects = SemanticsAspect.allCases.map(\.rawValue).joined(separator: ", ")

  func run(_ call: Invocation) throws {
    let explained = try explained()
    let plan = try plan(explained, call)
    try Epilogue(output, call).run({ try SemanticsSession(plan, observer: $0) }) { session, status in
      let result = session.result
      var text = result.strategies.isEmpty ? "" : SemanticsText.render(result)
      if let explained, let strategy = result.strategies.first {
        text = SemanticsText.explain(strategy, explained.aspect, depth: depth)
      }
      return Outcome(document: result, text: text, status: status, complaints: session.problems)
    }
  }

  private func explained() throws -> (strategy: String, aspect: SemanticsAspect)? {
    guard !explain.isEmpty else { return nil }
    guard explain.count == 2 else {
      throw ValidationError("--explain: expected a strategy and an aspect, got \(explain.count) words")
    }
    guard strategies == nil else { throw ValidationError("--explain names the strategy; leave --strategies out") }
    guard transports == nil else {
      throw ValidationError("--explain names the transport, as packed/http1; leave --transports out")
    }
    guard let aspect = SemanticsAspect(rawValue: explain[1]) else {
      throw ValidationError("--explain: expected one of \(Self.aspects), got \"\(explain[1])\"")
    }
    return (explain[0], aspect)
  }

  private func plan(_ explained: (strategy: String, aspect: SemanticsAspect)?, _ call: Invocation) throws
    -> SemanticsPlan
  {
    try OptionRange.check("--depth", depth, SemanticsPlan.depthRange)
    let arms = try ProbedStrategies.arms(
      explained?.strategy ?? strategies, option: explained == nil ? "--strategies" : "--explain",
      over: TransportNames.read(transports), depth: depth)
    return SemanticsPlan(
      commandLine: call.commandLine, toolVersion: ToolVersion.current, seed: seed.value, arms: arms)
  }
}
