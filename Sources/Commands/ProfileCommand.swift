internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results
internal import Topology

struct ProfileCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Sample where each node of a topology spends CPU time and allocates.",
    discussion: """
      One closed-loop load, every node sampled by CPU time and by bytes allocated. Shows the heaviest call sites per \
      node; --folded writes whole stacks for flamegraph.pl and its relatives.

      Example: ctxchain profile topologies/diamond.yaml -d 500ms --folded stacks
      """)

  @Argument(help: "The topology file; without it a chain of -n services.")
  var file: String?

  @Option(name: [.customShort("n"), .long], help: "Services in a generated chain, 1 to 64; it takes --strategy.")
  var depth: Int?

  @Option(help: "The strategy of every service, in place of what the file says.")
  var strategy: String?

  @Option(name: [.short, .long], help: "How long to sample, 200ms to 5m.")
  var duration = Seconds(5)

  @Option(help: "Requests under way, 1 to 4096.")
  var inFlight = 64

  @OptionGroup var placement: PlacementOption

  @Option(help: "Call sites to show per node and kind, 1 to 1000.")
  var top = 10

  @Option(help: "Write folded stacks to this folder: a file per node and kind, of periods of CPU time or of bytes.")
  var folded: String?

  @OptionGroup var seed: SeedOption

  @OptionGroup var output: ResultOptions

  func run(_ call: Invocation) throws {
    let plan = try plan(call)
    if let folded { try FoldedFolder.checkWritable(folded) }
    try Epilogue(output, call).run({ try ProfileSession(plan, observer: $0) }) { session, status in
      Outcome(
        document: session.result, text: session.result.map(ProfileText.render) ?? "", status: status,
        complaints: session.problems
      ) {
        if let folded, session.result != nil { try FoldedFolder.write(session.folded, to: folded) }
      }
    }
  }

  private func plan(_ call: Invocation) throws -> ProfilePlan {
    try OptionRange.check("--duration", duration, 0.2...300)
    try OptionRange.check("--in-flight", inFlight, 1...4096)
    try OptionRange.check("--top", top, 1...1000)
    let topology = try topology()
    let arm = ArmPlan.asWritten(topology)
    let experiment = ExperimentPlan(
      commandLine: call.commandLine, arms: [arm], depths: [TopologyShape(topology).depth], isChain: false,
      placement: placement.value, trialSeconds: duration.value, rounds: 1, budgetSeconds: nil,
      inFlight: inFlight,
      timeoutSeconds: 10, drainSeconds: 2, seed: seed.value, isPoisson: false, openLoopRate: nil, opaqueSize: nil,
      toolVersion: ToolVersion.current)
    return ProfilePlan(experiment: experiment, seconds: duration.value, siteCountMax: top)
  }

  private func topology() throws -> Topology {
    guard (file == nil) != (depth == nil) else {
      throw ValidationError("expected a topology file or -n, got \(file == nil ? "neither" : "both")")
    }
    if let strategy, Vocabulary.current.arm(named: strategy) == nil {
      let names = Vocabulary.current.presets.map(\.name).joined(separator: ", ")
      throw ValidationError("--strategy: expected one of \(names), or STORE+PROPAGATOR, got \"\(strategy)\"")
    }
    if let file {
      return try TopologyFile.loadToMeasure(path: file, with: TopologyOverrides(strategy: strategy))
    }
    guard let strategy else { throw ValidationError("--strategy: expected one with -n, got none") }
    try OptionRange.check("--depth", depth, 1...TopologyLimits.chainDepthMax)
    return try ChainTopology.make(depth: depth!, strategy: strategy, vocabulary: .current)
  }
}
