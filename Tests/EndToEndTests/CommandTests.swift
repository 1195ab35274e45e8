// The commands as the help says they work.

import Foundation
import Testing

@Suite("Commands")
struct CommandTests {
  @Test("chain says what it found on one screen, a line per strategy, and writes JSON with balanced ledgers")
  func chain() throws {
    let json = FileManager.default.temporaryDirectory.appending(path: "chain-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: json) }
    let run = try Program.run(
      "chain", "-n", "2", "--strategies", "baseline,opaque,packed", "--rounds", "1", "--passes", "fidelity,open",
      "--json", json)
    #expect(run.status == 0, "\(run.error)")
    for name in ["RESULT", "TRUST", "at depth 2", "baseline", "opaque", "packed", "NEXT", "Saved as .ctxchain/"] {
      #expect(run.out.contains("\n\(name)"), "\(run.out)")
    }
    #expect(run.out.count { $0 == "\n" } <= 40 && run.out.split(separator: "\n").allSatisfy { $0.count <= 100 })
    let tables = try Program.run("show", json, "--tables")
    #expect(tables.status == 0 && tables.out.contains("\nbaseline′") && tables.out.contains("Found at depth 2"))
    let document = try ResultDocument(path: json)
    #expect(document.root["summary"] is [String: Any])
    #expect(document.root["version"] as? Int == 2)
    try document.expectBalancedLedgers()
    // 4 arms: closed once at the first depth and twice at the largest, where there are open, single and pilot too. What
    // the machine disturbed is there a second time.
    #expect(document.trials.count { $0["rerun"] as? Bool == false } == 4 * 6)
    let verdicts = document.list("fidelity").map { "\($0["arm"]!): \($0["verdict"]!)" }
    #expect(
      verdicts == [
        "baseline: lost-as-declared", "opaque: faithful", "packed: faithful", "baseline′: lost-as-declared",
      ])
  }

  @Test("With --json - standard output is the JSON document alone")
  func jsonOnStandardOutput() throws {
    let program = try Program([
      "chain", "-n", "1", "--strategies", "baseline", "--rounds", "1", "--passes", "none", "--json", "-",
    ])
    #expect(try program.wait() == 0)
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(program.out.utf8)) as? [String: Any])
    #expect(document["format"] as? String == "ctxchain-run")
    #expect(program.error.contains("\nat depth 1"))
  }

  @Test("run measures a graph whose requests take far longer than a trial settles")
  func slowGraph() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "slow-\(UUID().uuidString).yaml")
    try "version: 1\nentry: a\nservices:\n  - {name: a, script: [{sleep: 300ms}]}\n"
      .write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let json = file.path + ".json"
    defer { try? FileManager.default.removeItem(atPath: json) }
    let run = try Program.run(
      "run", file.path, "--strategies", "packed", "--rounds", "1", "--trial", "500ms", "--json", json)
    #expect(run.status == 0)
    let document = try ResultDocument(path: json)
    try document.expectBalancedLedgers()
    #expect(document.list("trials").contains { ($0["throughput"] as? Double ?? 0) > 0 })
  }

  @Test("load does not settle for longer than its plan has requests for")
  func lowRate() throws {
    let up = try Program(["up", Program.root.appending(path: "topologies/chain-1.yaml").path])
    try up.until("the address") { up.out.contains("\n") }
    let address = try #require(up.out.split(separator: "\n").first?.split(separator: " ").last)
    let load = try Program.run("load", String(address), "--rate", "5", "--duration", "1s")
    #expect(load.status == 0)
    #expect(!load.out.contains("the window opened unsettled"), "\(load.out)")
  }

  @Test(
    "run takes every shipped topology, finds its contexts as declared, and shows its depth",
    arguments: [
      ("chain-1", 1), ("fan-out", 2), ("diamond", 3), ("tree", 3), ("mixed-carriers", 3), ("mixed-propagators", 4),
      ("gateway", 5), ("raw-headers", 5), ("gateway-refusals", 2),
    ])
  func shippedTopologies(name: String, depth: Int) throws {
    let json = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: json) }
    let file = Program.root.appending(path: "topologies/\(name).yaml").path
    let run = try Program.run("run", file, "--rounds", "1", "--passes", "fidelity,counting,open", "--json", json)
    #expect(run.status == 0, "\(run.error)")
    let document = try ResultDocument(path: json)
    try document.expectBalancedLedgers()
    for result in document.list("fidelity") {
      #expect(["faithful", "lost-as-declared"].contains(result["verdict"] as? String))
    }
    #expect(run.out.contains("\nat depth \(depth) "))
    #expect((document.root["settings"] as? [String: Any])?["depths"] as? [Int] == [depth])
    for part in ["trials", "histograms", "counts", "hopBytes"] {
      #expect(document.list(part).allSatisfy { $0["depth"] as? Int == depth }, "\(part)")
    }
  }

  @Test(
    "run without strategies keeps the topology of the file as written, and says `mixed` where services differ",
    arguments: [
      ("mixed-carriers", "mixed", "mixed"), ("fan-out", "value-chain", "tracecontext,baggage"),
    ])
  func asWritten(name: String, store: String, propagator: String) throws {
    let file = Program.root.appending(path: "topologies/\(name).yaml").path
    let program = try Program(["run", file, "--rounds", "1", "--passes", "none", "--json", "-"])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try ResultDocument(path: program.file("out"))
    let arm = try #require(document.list("arms").first { $0["name"] as? String == "as-written" })
    #expect(arm["store"] as? String == store && arm["propagator"] as? String == propagator)
    let tables = try Program.run("show", program.file("out"), "--tables").out
    #expect(tables.contains("as-written: store \(store), propagator \(propagator)"))
    let topology = try #require(document.root["topology"] as? [String: Any])
    let client = try #require(topology["client"] as? [String: Any])
    #expect(client["propagator"] as? String != "none")
    let services = try #require(topology["services"] as? [[String: Any]])
    #expect(!services.contains { $0["strategy"] as? String == "baseline" })
  }

  @Test(
    "The baseline is the arm that is measured twice, wherever it stands; without it the first, and a single arm is not",
    arguments: [
      ("packed,baseline,map", ["packed", "baseline", "map", "baseline′"], "baseline"),
      ("packed,map", ["packed", "map", "packed′"], "packed"), ("packed", ["packed"], nil),
      ("baseline", ["baseline"], nil),
    ])
  func controlArm(strategies: String, names: [String], repeated: String?) throws {
    let program = try Program([
      "chain", "-n", "1", "--strategies", strategies, "--rounds", "1", "--passes", "none", "--json", "-",
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    let arms = try ResultDocument(path: program.file("out")).list("arms")
    #expect(arms.map { $0["name"] as? String } == names)
    #expect(arms.compactMap { $0["controlOf"] as? String } == [repeated].compactMap { $0 })
    let words = program.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if repeated == "baseline" { #expect(words.contains("Measured twice, baseline differs from itself"), "\(words)") }
  }

  @Test("opaque carries as many bytes as asked for, through every node and back, and the result says how many")
  func opaqueSize() throws {
    let program = try Program([
      "chain", "-n", "3", "--depths", "3", "--strategies", "packed,opaque", "--opaque-size", "1000", "--rounds", "1",
      "--passes", "fidelity,counting",
      "--json", "-",
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try ResultDocument(path: program.file("out"))
    #expect((document.root["settings"] as? [String: Any])?["opaqueSize"] as? Int == 1000)
    let verdicts = document.list("fidelity").map { "\($0["arm"]!): \($0["verdict"]!)" }
    #expect(verdicts == ["packed: faithful", "opaque: faithful", "packed′: faithful"])
    let sizes = document.list("hopBytes").map { $0["contextBytesPerHop"] as? Double }
    #expect(sizes[1] == 1000 && sizes[0] != 1000)
    #expect(try Program.run("show", program.file("out"), "--tables").out.contains("opaque 1000 B"))
  }

  @Test("An invalid trial is status 4 with --strict and 0 without, and the JSON says the same status")
  func strict() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "failing-\(UUID().uuidString).yaml")
    // Nobody declares how many calls run into their timeout.
    try """
    version: 1
    entry: a
    services:
      - {name: a, script: [call: {service: b, timeout: 1ms}]}
      - {name: b, script: [sleep: {exponential: 2ms}]}
    """
    .write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    for (flags, status) in [([], 0), (["--strict"], 4)] as [([String], Int)] {
      let program = try Program(
        ["run", file.path, "--strategies", "baseline", "--rounds", "1", "--passes", "none", "--json", "-"] + flags)
      #expect(try program.wait() == Int32(status), "\(program.error)")
      let document = try ResultDocument(path: program.file("out"))
      #expect(document.root["exitStatus"] as? Int == status)
      let verdicts = document.trials.compactMap { ($0["validity"] as? [String: Any])?["verdict"] as? String }
      #expect(verdicts.contains("invalid"))
    }
  }

  @Test("validate prints a topology that is valid and prints the same again")
  func validatePrint() throws {
    let file = Program.root.appending(path: "topologies/mixed-carriers.yaml").path
    let first = try Program.run("validate", "--print", file)
    #expect(first.status == 0)
    let copy = FileManager.default.temporaryDirectory.appending(path: "copy-\(UUID().uuidString).yaml")
    try first.out.write(to: copy, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: copy) }
    let second = try Program.run("validate", "--print", copy.path)
    #expect(second.out == first.out)
  }

  @Test("up prints the entry's address, load drives it, and Ctrl-C ends it with nothing left")
  func upAndLoad() throws {
    let up = try Program(["up", Program.root.appending(path: "topologies/diamond.yaml").path])
    try up.until("the address") { up.out.contains("\n") }
    let address = try #require(up.out.split(separator: "\n").first?.split(separator: " ").last)
    let json = up.file("load.json")
    let load = try Program.run("load", String(address), "-n", "500", "--in-flight", "8", "--json", json)
    #expect(load.status == 0, "\(load.error)")
    #expect(load.out.contains("500 planned = 500 completed + 0 failed + 0 timed out + 0 shed + 0 censored"))
    #expect(try ResultDocument(path: json).root["format"] as? String == "ctxchain-load")
    up.signal(SIGINT)
    #expect(try up.wait() == 130)
    #expect(up.children.isEmpty)
  }

  @Test("load against an open loop keeps to its plan and balances its ledger")
  func openLoopLoad() throws {
    let up = try Program(["up", Program.root.appending(path: "topologies/chain-1.yaml").path])
    try up.until("the address") { up.out.contains("\n") }
    let address = try #require(up.out.split(separator: "\n").first?.split(separator: " ").last)
    for arrival in ["uniform", "poisson"] {
      let json = up.file("load.json")
      let load = try Program.run(
        "load", String(address), "-R", "500", "-d", "1s", "--arrival", arrival, "--json", json)
      #expect(load.status == 0, "\(load.error)")
      let trial = try #require(try ResultDocument(path: json).root["trial"] as? [String: Any])
      let ledger = try #require(trial["ledger"] as? [String: Int])
      #expect(ledger["planned"]! > 300)
      #expect(
        ledger["planned"]! == ledger["completed"]! + ledger["failed"]! + ledger["timedOut"]! + ledger["shed"]! + ledger[
          "censored"]!)
    }
  }

  @Test("One seed runs the trials in one order")
  func seedFixesTheOrder() throws {
    func order() throws -> [String] {
      let program = try Program([
        "chain", "-n", "2", "--strategies", "baseline,packed", "--rounds", "1", "--passes", "open", "--seed", "7",
        "--json", "-",
      ])
      #expect(try program.wait() == 0)
      let document = try #require(JSONSerialization.jsonObject(with: Data(program.out.utf8)) as? [String: Any])
      // What the machine disturbed is there a second time.
      let trials = (document["trials"] as? [[String: Any]] ?? []).filter { $0["rerun"] as? Bool == false }
      #expect(trials.count == 3 * 6)
      return trials.map { "\($0["round"]!) \($0["position"]!) \($0["arm"]!) \($0["depth"]!) \($0["phase"]!)" }.sorted()
    }
    #expect(try order() == order())
  }
}
