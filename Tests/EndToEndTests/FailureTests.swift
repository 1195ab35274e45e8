// What the machine refuses: ports, addresses, files, space. One line, the right status, and nothing left or lost.

import Foundation
import Testing

@Suite("Failures of the surroundings")
struct FailureTests {
  private static let chainOfOne = Program.root.appending(path: "topologies/chain-1.yaml").path
  private static let chainOfFive = Program.root.appending(path: "topologies/chain-5.yaml").path
  private static let shortRun = ["chain", "-n", "1", "--strategies", "baseline", "--rounds", "1", "--passes", "none"]

  /// Exactly one line of error with these parts, and this status.
  private func expectOneLine(
    _ run: (status: Int32, out: String, error: String), status: Int32, contains parts: [String],
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == status, "\(run.error)", sourceLocation: location)
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)", sourceLocation: location)
    #expect(run.error.hasPrefix("ctxchain: "), "\(run.error)", sourceLocation: location)
    for part in parts { #expect(run.error.contains(part), "\(run.error)", sourceLocation: location) }
  }

  private func temporaryFile(_ suffix: String) -> URL {
    FileManager.default.temporaryDirectory.appending(path: "failure-\(UUID().uuidString)\(suffix)")
  }

  /// An entry that is up, with its port.
  private func entry() throws -> (program: Program, port: String) {
    let program = try Program(["up", FailureTests.chainOfOne])
    try program.until("the address") { program.out.contains("\n") }
    let port = try #require(program.out.split(separator: "\n").first?.split(separator: ":").last)
    return (program, String(port))
  }

  @Test("An unreachable address is one line and status 1, closed and open loop", arguments: [[], ["-R", "100"]])
  func unreachable(mode: [String]) throws {
    expectOneLine(
      try Program.run(["load", "127.0.0.1:1", "-n", "1"] + mode), status: 1, contains: ["127.0.0.1:1", "refused"])
  }

  @Test("An entry that ends under load is one line of the result, a balanced ledger and status 1")
  func entryLeaves() throws {
    let (program, port) = try entry()
    let json = program.file("load.json")
    let load = try Program(["load", "127.0.0.1:\(port)", "-d", "60s", "--json", json])
    let node = try #require(program.children.first)
    try load.until("requests at the entry") { node.bytesRead > 1 << 20 }
    program.signal(SIGKILL)
    #expect(try load.wait(seconds: 30) == 1)
    let trial = try #require(try ResultDocument(path: json).root["trial"] as? [String: Any])
    let ledger = try #require(trial["ledger"] as? [String: Int])
    let parts = ["completed", "failed", "timedOut", "shed", "censored"].map { ledger[$0]! }
    #expect(ledger["planned"]! == parts.reduce(0, +), "\(ledger)")
    #expect(load.children.isEmpty)
  }

  @Test("A port in use is one line and status 1, and leaves no process: up and node")
  func portInUse() throws {
    let (program, port) = try entry()
    defer { withExtendedLifetime(program) {} }
    let second = try Program(["up", FailureTests.chainOfOne, "--port", port])
    expectOneLine((try second.wait(), second.out, second.error), status: 1, contains: ["in use", port])
    #expect(second.children.isEmpty)
    let file = temporaryFile(".json")
    try """
    {"callees": [], "configuration": {"host": "127.0.0.1", "port": \(port), "layer": 1, "replica": 0, "seed": 1,
     "service": {"name": "a", "replicas": 1, "workers": 1, "strategy": "packed", "store": "packed",
     "contextWork": true, "keysPerLayer": 3, "growth": "shadow", "responseSize": 1, "errorRate": 0, "script": []}}}
    """.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    expectOneLine(try Program.run("node", "--config", file.path), status: 1, contains: ["in use", port])
  }

  @Test(
    "An output that cannot be written is refused before anything runs",
    arguments: ["/nonexistent/x.json", "/proc/x.json", "/tmp", ""])
  func unwritable(path: String) throws {
    let (program, port) = try entry()
    defer { withExtendedLifetime(program) {} }
    let shown = path.isEmpty ? "\"\"" : path
    for arguments in [
      FailureTests.shortRun, ["run", FailureTests.chainOfOne, "--rounds", "1"],
      ["load", "127.0.0.1:\(port)", "-n", "1"],
    ] {
      let run = try Program.run(arguments + ["--json", path])
      expectOneLine(run, status: 1, contains: [shown])
      #expect(run.out.isEmpty)
    }
  }

  @Test("A full device is one line and status 1, and the table is printed all the same")
  func fullDevice() throws {
    let (program, port) = try entry()
    defer { withExtendedLifetime(program) {} }
    for (arguments, finding) in [
      (FailureTests.shortRun, "at depth 1"), (["load", "127.0.0.1:\(port)", "-n", "10"], "10 planned"),
    ] {
      let run = try Program.run(arguments + ["--json", "/dev/full"])
      #expect(run.status == 1)
      #expect(run.error.contains("/dev/full") && run.error.contains("No space left"), "\(run.error)")
      #expect(run.out.contains(finding))
    }
  }

  /// What a shell makes of the program with its output elsewhere.
  private func shell(_ script: String, _ arguments: [String]) throws -> (status: Int32, out: String, error: String) {
    let program = try Program(["-c", script, Program.path] + arguments, command: "/bin/bash")
    return (try program.wait(), program.out, program.error)
  }

  @Test("A full standard output is one line and status 1, for every command, and the result is written all the same")
  func fullOutput() throws {
    let (program, port) = try entry()
    defer { withExtendedLifetime(program) {} }
    let json = program.file("result.json")
    for arguments in [
      ["validate", "--print", FailureTests.chainOfOne], ["--help"], ["chain", "--help"], ["--version"],
      ["up", FailureTests.chainOfOne], ["load", "127.0.0.1:\(port)", "-n", "10", "--json", json],
      ["load", "127.0.0.1:\(port)", "-n", "10", "--json", "-"], FailureTests.shortRun + ["--json", json],
    ] {
      let run = try shell("exec \"$0\" \"$@\" > /dev/full", arguments)
      #expect(run.status == 1, "\(arguments)")
      let complaints = run.error.split(separator: "\n").filter { $0.hasPrefix("ctxchain: ") }
      #expect(complaints.count == 1, "\(arguments): \(run.error)")
      #expect(complaints.first?.hasPrefix("ctxchain: cannot write standard output: No space left") == true)
    }
    #expect(try ResultDocument(path: json).root["exitStatus"] as? Int == 1)
  }

  @Test("When descriptors run out the reason is named, in one line, with status 1 and nothing left", arguments: 12...30)
  func descriptors(limit: Int) throws {
    let program = try Program(
      ["-c", "ulimit -n \(limit); exec \"$0\" \"$@\"", Program.path, "up", FailureTests.chainOfFive],
      command: "/bin/bash")
    try program.until("the address or the error") { program.out.contains("\n") || program.error.contains("\n") }
    if program.out.isEmpty {
      expectOneLine((try program.wait(), program.out, program.error), status: 1, contains: ["Too many open files"])
    }
    program.signal(SIGTERM)
    try program.wait()
    #expect(program.children.isEmpty)
  }

  @Test("A reader that goes away is no error")
  func reader() throws {
    for arguments in [
      ["validate", "--print", FailureTests.chainOfOne], ["chain", "--help"], FailureTests.shortRun,
      FailureTests.shortRun + ["--json", "-"],
    ] {
      // The reader is gone before the first byte is written.
      let run = try shell("set -o pipefail; (sleep 0.2; exec \"$0\" \"$@\") | :", arguments)
      #expect(run.status == 0, "\(arguments): \(run.error)")
      #expect(!run.error.contains("ctxchain: "), "\(run.error)")
    }
  }

  @Test(
    "No room for the result's file is one line and status 1, for the kept one a warning; the older result stays whole and no other file"
  )
  func noRoom() throws {
    let folder = temporaryFile("")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let json = folder.appending(path: "result.json")
    try "older\n".write(to: json, atomically: true, encoding: .utf8)
    // The limit on a file's size stands in for a full disk: it lets the table through, and not the result.
    let limited = "ulimit -f 16; exec \"$0\" \"$@\""
    let run = try Program(
      ["-c", limited, Program.path] + FailureTests.shortRun + ["--json", json.path], command: "/bin/sh")
    #expect(try run.wait() == 1, "\(run.error)")
    let complaints = run.error.split(separator: "\n").filter { $0.hasPrefix("ctxchain: ") }
    // The copy that nobody asked for has no room either.
    try #require(complaints.count == 2, "\(run.error)")
    #expect(complaints[0].hasPrefix("ctxchain: warning: the result is not kept: cannot write .ctxchain/"))
    #expect(complaints[1].contains(json.path) && complaints[1].contains("too large"))
    #expect(run.out.contains("at depth 1"))
    #expect(try String(contentsOf: json, encoding: .utf8) == "older\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["result.json"])
    #expect(run.children.isEmpty)
  }
}
