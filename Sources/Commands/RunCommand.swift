internal import ArgumentParser
internal import Launcher
internal import Topology

struct RunCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run any topology, as its file says or under other strategies.",
    discussion: """
      Without --strategies the arms are the file as written, the same graph without any context (baseline), and the \
      baseline once more to show the noise.

      Example: ctxchain run topologies/diamond.yaml --rounds 1 --json result.json
      """)

  @Argument(help: "The topology file.")
  var file: String

  @Option(
    help: """
      A file that says where nodes which run already let launchers in (docs/HOSTS.md): they are measured, and none are \
      started.
      """)
  var nodes: String?

  @OptionGroup var token: ControlTokenOption
  @OptionGroup var options: ExperimentOptions

  func run(_ call: Invocation) throws {
    let written = try options.chain.topology(file: file)
    var plan = try options.plan(
      arms: try arms(written), depths: [TopologyShape(written).depth], isChain: false, call)
    plan.remote = try RemoteNodes(file: nodes, for: written, token)
    try ExperimentRun.perform(plan, options, call)
  }

  private func arms(_ written: Topology) throws -> [ArmPlan] {
    if options.strategies != nil { return try ExperimentOptions.arms(options.presets(), of: written) }
    let transports = try options.transportNames()
    let baseline = try TransportNames.presets(
      Vocabulary.current.presets.filter { $0.name == "baseline" }, over: transports)
    return try ExperimentOptions.arms(baseline, of: written)
      + ExperimentOptions.arms(asWritten: written, over: transports)
  }
}
