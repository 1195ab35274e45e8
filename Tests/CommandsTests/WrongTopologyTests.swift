import Foundation
import Testing

/// Topology files that cannot be used, given to commands that would measure them.
@Suite("Wrong topologies")
struct WrongTopologyTests {
  @Test(
    "A wrong topology is refused with status 2 and file, line and column",
    arguments: [
      ("version: 1\nentry: a\nservices: [", ":4:1: not valid YAML"),
      ("version: 1\nentry: a\nservcies: []\n", "services"),
      ("version: 1\nentry: a\nservices:\n  - {name: a}\n  - {name: a}\n", "duplicate"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, script: [{call: b}]}\n", ":4:"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, script: [{call: a}]}\n", "a"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, response-size: -1B}\n", ":4:"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, response-size: 900GiB}\n", ":4:"), ("", "empty"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, script: [{set: {user: bob}}]}\n", "user holds an integer"),
      (
        "version: 1\nentry: a\nservices:\n  - {name: a, script: [{call: b}]}\n  - {name: b, script: [{call: a}]}\n",
        "max-depth"
      ),
    ])
  func wrongTopology(text: String, part: String) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "wrong-\(UUID().uuidString).yaml")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    for command in ["validate", "run", "up", "capacity", "profile"] {
      let run = CommandRun([command, file.path] + (command == "capacity" ? ["--slo", "p99=1s"] : []))
      #expect(run.status == 2, "\(command): \(run.error)")
      #expect(run.out.isEmpty)
      #expect(run.error.contains(file.path) && run.error.contains(part), "\(run.error)")
      #expect(run.error.split(separator: "\n").count == 1)
    }
  }
}
