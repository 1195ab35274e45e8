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

  @Test("A topology of 10 MB is refused, blank or full of services", arguments: ["validate", "run", "up"])
  func hugeTopology(command: String) throws {
    let service = "  - {name: a, script: [{work: 5us}]}\n"
    let services =
      "version: 1\nentry: a\nservices:\n" + String(repeating: service, count: (10 << 20) / service.utf8.count)
    for text in [String(repeating: " ", count: 10 << 20), services] {
      let file = FileManager.default.temporaryDirectory.appending(path: "huge-\(UUID().uuidString).yaml")
      try text.write(to: file, atomically: true, encoding: .utf8)
      defer { try? FileManager.default.removeItem(at: file) }
      expectOneLine(CommandRun(command, file.path), contains: [file.path, "4"])
    }
  }

  @Test("A topology that is not there, or is a folder, is refused", arguments: ["validate", "run", "up"])
  func missingTopology(command: String) {
    for path in ["/nonexistent.yaml", "/tmp"] {
      expectOneLine(CommandRun(command, path), contains: [path])
    }
  }

  private func expectOneLine(_ run: CommandRun, contains parts: [String]) {
    #expect(run.status == 2 && run.out.isEmpty && run.error.split(separator: "\n").count == 1, "\(run.error)")
    for part in parts { #expect(run.error.contains(part), "\(run.error)") }
  }
}
