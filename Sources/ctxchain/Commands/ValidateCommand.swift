internal import ArgumentParser
internal import Topology

struct ValidateCommand: ParsableCommand {
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

  func run() throws {
    var hasFailed = false
    for file in files {
      do {
        try show(try TopologyFile.load(path: file, vocabulary: .current), file)
      } catch let error as TopologyError {
        Console.error("ctxchain: \(error)")
        hasFailed = true
      }
    }
    if hasFailed { throw ExitCode(2) }
  }

  private func show(_ topology: Topology, _ file: String) throws {
    if print { try Console.out(TopologyPrinter.yaml(topology)) }
    if shape { try Console.out("\(TopologyShape(topology))\n") }
    if !print && !shape { try Console.out("\(file): ok\n") }
  }
}
