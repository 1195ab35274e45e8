internal import ArgumentParser
internal import Launcher
internal import Topology

struct UpCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "up",
    abstract: "Start a topology and keep it running until Ctrl-C.",
    discussion: """
      With --metrics it goes on when a node dies, so that Prometheus sees that it is gone.

      Example: ctxchain up topologies/chain-5.yaml --port 7070
      """)

  @Argument(help: "The topology file.")
  var file: String

  @Option(help: "Port of the entry on 127.0.0.1; 0 takes a free one.")
  var port: UInt16 = 0

  @Flag(help: "Scripted calls may go to other machines.")
  var allowRemote = false

  @OptionGroup var seed: SeedOption

  @OptionGroup var tracing: TracingOption

  @OptionGroup var export: TraceExportOption

  @OptionGroup var metrics: MetricsOptions

  @OptionGroup var wrap: WrapOption

  func run(_ call: Invocation) throws {
    var topology = try TopologyFile.load(path: file, vocabulary: .current)
      .applying(TopologyOverrides(tracing: tracing.ratio), vocabulary: .current)
    if port != 0, let own = topology.services[topology.entry].port, own != port {
      throw ValidationError("--port: the entry has a port of its own, \(own)")
    }
    if allowRemote {
      for index in topology.services.indices { topology.services[index].scriptedCalls?.allowsRemote = true }
    }
    let session = try UpSession(
      UpPlan(
        topology: topology, port: port, seed: seed.value, wrappers: try wrap.wrappers(),
        metrics: try metrics.plan(), otlp: try export.endpoint(for: [topology]), toolVersion: ToolVersion.current))
    let (status, problem) = session.run(log: call.console.error) { addresses in
      let entry = topology.services[topology.entry].name
      try call.console.out(addresses.map { "\(entry) \($0)\n" }.joined())
      call.console.error("every edge is connected; Ctrl-C stops")
    }
    for text in session.incidents { call.console.error(text) }
    if let problem { throw CommandFailure(problem, status: status) }
    throw ExitCode(status)
  }
}
