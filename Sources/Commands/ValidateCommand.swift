internal import ArgumentParser
internal import Topology

struct ValidateCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check topology files.",
    discussion: "Example: ctxchain validate --print topologies/chain-5.yaml")

  @Argument(help: "Topology files.")
  var files: [String]

  @Flag(help: "Print the checked topology with every default filled in.")
  var print = false

  @Flag(help: "Print the shape: services, edges, depth, fan-out, calls per request.")
  var shape = false

  func run(_ call: Invocation) throws {
    var hasFailed = false
    for file in files {
      do {
        try show(try TopologyFile.load(path: file, vocabulary: .current), file, call)
      } catch let error as TopologyError {
        call.console.error("ctxchain: \(error)")
        hasFailed = true
      }
    }
    if hasFailed { throw ExitCode(2) }
  }

  private func show(_ topology: Topology, _ file: String, _ call: Invocation) throws {
    if print { try call.console.out(TopologyPrinter.yaml(topology)) }
    if shape { try call.console.out("\(TopologyShape(topology))\n") }
    if !print && !shape { try call.console.out("\(file): ok\n") }
  }
}
