// The program behind `make generate`: a context schema in, Swift source out. What it does is ContextGeneration's.

internal import ArgumentParser
internal import ContextGeneration
internal import Glibc
internal import Topology

@main
struct ContextGenerator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "context-generator",
    abstract: "Make Swift source of a context schema.",
    discussion: """
      Prints it, or writes it to a file, which is left alone when it says the same already.

      Example: context-generator contexts/standard.yaml
      """)

  @Argument(help: "The schema, such as contexts/standard.yaml; its path as given is named in the source.")
  var schema: String

  @Option(name: .shortAndLong, help: "Write to this file.")
  var output: String?

  @Option(name: .customLong("import"), help: "A module that the source imports; can be repeated.")
  var imports: [String] = []

  func run() throws {
    do {
      let source = SwiftSource(try SchemaReader.load(path: schema), path: schema, imports: imports).text
      guard let output else { return print(source, terminator: "") }
      try GeneratedFile.update(output, with: source)
    } catch {
      let line = Array("context-generator: \(error)\n".utf8)
      _ = write(STDERR_FILENO, line, line.count)
      throw ExitCode(error is TopologyError ? 2 : 1)
    }
  }
}
