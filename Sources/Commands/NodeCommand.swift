internal import ArgumentParser
internal import Control
internal import EventLoop
internal import Glibc
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

  func run(_ call: Invocation) throws {
    let document = try CommandFailure.ofArguments { try load() }
    signal(SIGPIPE, SIG_IGN)
    // Whoever started this program may have had signals blocked; the mask is inherited, and SIGTERM must end a node.
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_UNBLOCK, &all, nil)
    let node = try StandaloneNode(document)
    try call.console.out("\(document.configuration.service.name) \(document.configuration.host):\(node.port)\n")
    throw ExitCode(node.run())
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
