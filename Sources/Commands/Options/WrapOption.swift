// Profilers in front of the processes that a command starts.

internal import ArgumentParser

/// Runs a process of the chain under a profiler; for benchmarks.
struct WrapOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Start a service's node, or the client, under a command: SERVICE=COMMAND WORDS.", visibility: .hidden))
  var wrap: [String] = []

  /// By the name of what is wrapped; the client is `client`.
  func wrappers() throws -> [String: [String]] {
    var result: [String: [String]] = [:]
    for text in wrap {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { throw ValidationError("--wrap: expected SERVICE=COMMAND, got \"\(text)\"") }
      result[String(parts[0])] = parts[1].split(separator: " ").map(String.init)
    }
    return result
  }
}
