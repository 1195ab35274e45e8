internal import ArgumentParser
internal import Control
internal import EventLoop
internal import Glibc
internal import Metrics
internal import Node
internal import Topology

/// For orchestrators other than the launcher; the launcher starts its nodes in ChildMain.
struct NodeCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "node",
    abstract: "Run one node by itself, with its configuration from a file.",
    discussion: "Example: ctxchain node --config docs/node.example.json",
    shouldDisplay: false)

  @Option(help: "JSON, as docs/NODE.md describes it.")
  var config: String

  @Option(help: "Let a launcher on another machine drive it, at HOST:PORT; port 0 takes a free one. Needs a token.")
  var control: String?

  @OptionGroup var token: ControlTokenOption
  @OptionGroup var metrics: MetricsOptions

  func run(_ call: Invocation) throws {
    let document = try CommandFailure.ofArguments { try load() }
    let control = try ControlPlan(control, of: document, file: config, token)
    signal(SIGPIPE, SIG_IGN)
    // Whoever started this program may have had signals blocked; the mask is inherited, and SIGTERM must end a node.
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_UNBLOCK, &all, nil)
    let node = try StandaloneNode(document, control: control, readMeter: call.readMeter)
    let server = try serveMetrics(of: node, document, call.console)
    defer { server?.stop() }
    if document.configuration.service.tracing.map({ $0 != .off }) == true {
      call.console.error("tracing: a node by itself records no spans")
    }
    if let control { call.console.error("controlled at \(control.host):\(node.controlPort)") }
    try call.console.out("\(document.configuration.service.name) \(document.configuration.host):\(node.port)\n")
    throw ExitCode(node.run())
  }

  /// On a thread of its own, which reads what the node's workers count.
  private func serveMetrics(of node: StandaloneNode, _ document: NodeDocument, _ console: Console) throws
    -> MetricsServer?
  {
    guard let plan = try metrics.plan() else { return nil }
    let (registry, service) = (
      MetricsRegistry(command: "node", version: ToolVersion.current), document.configuration.service
    )
    // Who calls it, and over what, it does not know.
    let labels = NodeLabels(
      service: service.name, replica: document.configuration.replica, strategy: service.strategy, transport: "")
    let callees = service.calleesInOrder.map { index in
      document.callees.first { $0.service == index }?.name ?? "service \(index)"
    }
    _ = registry.add(labels, callees: callees, pages: node.pages)
    let server: MetricsServer
    do {
      server = try MetricsServer(plan, registry)
    } catch {
      throw CommandFailure("metrics: \(error)", status: 1)
    }
    // The line of standard output is the node's own.
    console.error("metrics at \(server.url)")
    return server
  }

  private func load() throws -> NodeDocument {
    let document: NodeDocument
    do {
      document = try NodeDocument.load(path: config)
    } catch {
      throw CommandFailure("\(config): \(error)", status: 2)
    }
    try document.check(file: config)
    return document
  }
}
