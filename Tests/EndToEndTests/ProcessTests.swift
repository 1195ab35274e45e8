// Whatever happens to the launcher or a node, no process stays behind and the result says what happened.

import Foundation
import Testing

@Suite("Processes")
struct ProcessTests {
  private static let longChain = [
    "chain", "-n", "3", "--strategies", "baseline,packed", "--passes", "open", "--rounds", "40",
  ]

  /// A run that has got as far as its rounds.
  private func runningChain(json: String) throws -> Program {
    let program = try Program(ProcessTests.longChain + ["--json", json])
    try program.until("the first round", seconds: 60) { program.error.contains("round 1 of 40 done") }
    return program
  }

  /// In the first round, whose processes are there until it is done, and whose trials last longer than what a test does.
  private func chainUnderLoad(json: String) throws -> Program {
    let program = try Program(ProcessTests.longChain + ["--trial", "5s", "--json", json])
    try program.until("the first trial", seconds: 60) { program.error.contains("from here: ") }
    usleep(300_000)
    return program
  }

  @Test(
    "A signal ends the run with the partial report, its own status, and no process left", arguments: [SIGINT, SIGTERM])
  func interrupted(number: Int32) throws {
    let status = 128 + number
    let json = FileManager.default.temporaryDirectory.appending(path: "interrupted-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: json) }
    let program = try runningChain(json: json)
    #expect(program.children.count == 3 * 4)
    program.signal(number)
    #expect(try program.wait(seconds: 30) == status)
    #expect(program.children.isEmpty)
    let document = try ResultDocument(path: json)
    #expect(document.root["interrupted"] as? Bool == true)
    #expect(document.root["exitStatus"] as? Int == Int(status))
    try document.expectBalancedLedgers()
  }

  @Test("A signal during the start leaves no process")
  func interruptedEarly() throws {
    for delay in [0, 5_000, 20_000, 60_000] {
      let program = try Program(ProcessTests.longChain)
      usleep(UInt32(delay))
      program.signal(SIGTERM)
      let status = try program.wait(seconds: 30)
      // Before its handler is in place, the signal itself ends the program.
      #expect([143, -SIGTERM].contains(status))
      try program.until("the children's end", seconds: 10) { program.children.isEmpty }
    }
  }

  @Test("The second Ctrl-C leaves at once, and leaves no process")
  func interruptedTwice() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "slow-\(UUID().uuidString).yaml")
    try "version: 1\nentry: a\nservices:\n  - {name: a, script: [{sleep: 50s}]}\n"
      .write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let program = try Program(["run", file.path, "--rounds", "1", "--timeout", "100s", "--drain", "100s"])
    try program.until("the start") { program.error.contains("started") }
    program.signal(SIGINT)
    // Signals that come before the first was taken are one, so there may have to be more.
    for _ in 0..<20 {
      usleep(50_000)
      program.signal(SIGINT)
    }
    #expect(try program.wait(seconds: 30) == 130)
    try program.until("the children's end", seconds: 10) { program.children.isEmpty }
  }

  @Test("kill -9 of the launcher leaves no process")
  func launcherKilled() throws {
    let program = try Program(["up", Program.root.appending(path: "topologies/chain-20.yaml").path])
    try program.until("the address") { program.out.contains("\n") }
    #expect(program.children.count == 20)
    program.signal(SIGKILL)
    #expect(try program.wait() == -SIGKILL)
    try program.until("the children's end", seconds: 10) { program.children.isEmpty }
  }

  @Test("A node that is killed is reported with its name and signal; the ledger balances and the status is 1")
  func nodeKilled() throws {
    let json = FileManager.default.temporaryDirectory.appending(path: "killed-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: json) }
    let program = try chainUnderLoad(json: json)
    let victim = try #require(program.children.first { $0.name == "s2" })
    kill(victim.pid, SIGABRT)
    #expect(try program.wait(seconds: 60) == 1)
    #expect(program.error.contains("s2"))
    #expect(program.error.contains("SIGABRT"))
    #expect(program.children.isEmpty)
    let document = try ResultDocument(path: json)
    let failure = try #require(document.list("failures").first)
    #expect(failure["service"] as? String == "s2")
    #expect(failure["signal"] as? Int == Int(SIGABRT))
    try document.expectBalancedLedgers()
  }

  @Test("Nodes that are killed together are all reported, each with its arm, and the trial under way keeps its ledger")
  func nodesKilled() throws {
    let json = FileManager.default.temporaryDirectory.appending(path: "killed-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: json) }
    let program = try chainUnderLoad(json: json)
    let victims = program.children.filter { $0.name == "s2" }
    #expect(victims.count == 3)
    // Together for whoever looks: the launcher stands still until all three are gone.
    program.signal(SIGSTOP)
    victims.forEach { kill($0.pid, SIGKILL) }
    try program.until("the nodes' end", seconds: 10) {
      Set(program.children.map(\.pid)).isDisjoint(with: victims.map(\.pid))
    }
    program.signal(SIGCONT)
    #expect(try program.wait(seconds: 60) == 1)
    #expect(program.children.isEmpty)
    let document = try ResultDocument(path: json)
    let failures = document.list("failures")
    #expect(Set(failures.compactMap { $0["arm"] as? String }) == ["baseline", "packed", "baseline′"])
    #expect(failures.allSatisfy { $0["service"] as? String == "s2" && $0["signal"] as? Int == Int(SIGKILL) })
    let last = try #require(document.list("trials").last)
    #expect((last["validity"] as? [String: Any])?["verdict"] as? String == "invalid")
    try document.expectBalancedLedgers()
  }

  @Test("A signal while the result is written loses nothing")
  func interruptedLate() throws {
    let json = FileManager.default.temporaryDirectory.appending(path: "late-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: json) }
    let program = try Program(
      [
        "chain", "-n", "2", "--rounds", "1", "--passes", "open", "--trial", "250ms", "--strategies", "baseline,packed",
        "--json", json,
      ])
    try program.until("the end of the measurement", seconds: 60) { program.error.contains("stopping") }
    program.signal(SIGINT)
    #expect([0, 130].contains(try program.wait(seconds: 30)))
    #expect(try ResultDocument(path: json).list("trials").count > 0)
  }

  @Test("A stopped node is named in the trials that complete nothing")
  func nodeStopped() throws {
    let json = FileManager.default.temporaryDirectory.appending(path: "stopped-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: json) }
    let program = try Program(
      [
        "chain", "-n", "2", "--depths", "2", "--rounds", "1", "--passes", "none", "--strategies", "baseline", "--drain",
        "100ms", "--trial", "1s", "--json", json,
      ])
    try program.until("the first trial", seconds: 60) { program.error.contains("from here: ") }
    let victim = try #require(program.children.first { $0.name == "s2" })
    kill(victim.pid, SIGSTOP)
    #expect(try program.wait(seconds: 60) == 0)
    #expect(program.children.isEmpty)
    let trials = try ResultDocument(path: json).list("trials")
    let reasons = trials.flatMap { ($0["validity"] as? [String: Any])?["reasons"] as? [String] ?? [] }
    #expect(reasons.contains { $0.contains("s2 does not run") })
  }

  @Test("A client that is killed ends the run with status 1")
  func clientKilled() throws {
    let json = FileManager.default.temporaryDirectory.appending(path: "client-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: json) }
    let program = try chainUnderLoad(json: json)
    let victim = try #require(program.children.first { $0.name == "client" })
    kill(victim.pid, SIGKILL)
    #expect(try program.wait(seconds: 60) == 1)
    #expect(program.error.contains("client"))
    #expect(program.children.isEmpty)
  }

  @Test("A node that dies under `up` ends it with status 1 and its name")
  func nodeKilledUnderUp() throws {
    let program = try Program(["up", Program.root.appending(path: "topologies/diamond.yaml").path])
    try program.until("the address") { program.out.contains("\n") }
    let victim = try #require(program.children.last)
    kill(victim.pid, SIGKILL)
    #expect(try program.wait(seconds: 30) == 1)
    #expect(program.error.contains(victim.name))
    #expect(program.error.contains("SIGKILL"))
    #expect(program.children.isEmpty)
  }

  @Test("Nothing stays in the temporary folder or the working folder")
  func noFiles() throws {
    let folder = FileManager.default.temporaryDirectory
    func mine() -> Set<String> {
      Set(
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
          $0.hasPrefix("no-files")
        })
    }
    let json = folder.appending(path: "no-files-\(UUID().uuidString).json").path
    let program = try runningChain(json: json)
    program.signal(SIGKILL)
    _ = try program.wait()
    #expect(mine().isEmpty)
  }

  @Test("A node does not leak descriptors over many connections")
  func descriptors() throws {
    let up = try Program(["up", Program.root.appending(path: "topologies/chain-1.yaml").path])
    try up.until("the address") { up.out.contains("\n") }
    let address = try #require(up.out.split(separator: "\n").first?.split(separator: " ").last)
    let node = try #require(up.children.first)
    let before = Program.descriptorCount(of: node.pid)
    for _ in 0..<5 {
      #expect(try Program.run("load", String(address), "-c", "100", "-n", "1000").status == 0)
    }
    try up.until("the connections' end") { Program.descriptorCount(of: node.pid) == before }
  }
}
