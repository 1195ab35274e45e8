// The command `compare` as a user runs it: arms on real processes, two builds, two results, gates.

import Foundation
import Testing

@Suite("The command compare")
struct CompareTests {
  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "ctxchain-compare-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func metrics(_ document: [String: Any]) throws -> [String: [String: Any]] {
    let comparison = try #require((document["comparisons"] as? [[String: Any]])?.first)
    let metrics = try #require(comparison["metrics"] as? [[String: Any]])
    return Dictionary(uniqueKeysWithValues: metrics.map { ($0["metric"] as? String ?? "", $0) })
  }

  private func validate(_ file: String) throws {
    let schema = "'\(Program.root.path)/docs/schema/comparison-2.schema.json'"
    let check = try Tools.run("'\(Program.root.path)/scripts/validate-json' \(schema) '\(file)'")
    #expect(check.status == 0 || check.status == 3, "\(check.output)")
  }

  private func gated() throws -> Program {
    try Program([
      "compare", "baseline", "map", "-n", "1", "--rounds", "6", "--trial", "250ms", "--json", "-", "--fail-if",
      "cpu_per_hop > 1.05", "--fail-if", "allocations > +1000", "--fail-if", "context_bytes > +0",
    ])
  }

  @Test("finds the CPU that map adds, says how long it takes, and a gate on it ends with status 3")
  func gate() throws {
    var program = try gated()
    // A machine that gave the launcher no CPU for a while makes trials invalid, and then a gate on them is not judged.
    for _ in 1...3 {
      try program.wait()
      guard program.error.contains("not judged") || program.out.contains("not-judged") else { break }
      program = try gated()
    }
    #expect(try program.wait() == 3, "\(program.error)")
    try validate(program.file("out"))
    #expect(program.error.hasPrefix("this will take about "), "\(program.error)")
    let lines = program.error.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("RESULT   Found in 6 rounds, B map against A baseline, depth 1: ") })
    #expect(lines.dropLast().last?.hasPrefix("ctxchain: gate breached: cpu_per_hop > 1.05: B map at depth 1: ") == true)
    #expect(lines.last?.hasPrefix("ctxchain: gate breached: context_bytes > +0: B map at depth 1: ") == true)
    let document = try object(program.out)
    #expect(document["format"] as? String == "ctxchain-comparison" && document["exitStatus"] as? Int == 3)
    let seen = try metrics(document)
    #expect(seen["cpu_per_hop"]?["verdict"] as? String == "indicated")
    #expect(seen["cpu_per_hop"]?["ratio"] as? Double ?? 0 > 1.5 && seen["throughput"]?["ratio"] as? Double ?? 9 < 0.7)
    let gates = try #require(document["gates"] as? [[String: Any]])
    #expect(gates.map { $0["outcome"] as? String } == ["breached", "passed", "breached"])
    let run = try #require(document["run"] as? [String: Any])
    #expect(
      (run["arms"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == ["A baseline", "B map", "A baseline′"])
    #expect((run["settings"] as? [String: Any])?["processSetReplacements"] as? Int == 5)
  }

  @Test("of an arm and itself, run by a copy of the program too, finds equal counts; too few rounds do not pass a gate")
  func otherBuild() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let copy = folder.appending(path: "other build").path
    try Program.copy(to: copy)
    let program = try Program([
      "compare", "packed@2", "--against", copy, "-n", "3", "--rounds", "1", "--trial", "250ms", "--json", "-",
      "--fail-if", "allocations > +0", "--fail-if", "p50 > 2", "--junit", folder.appending(path: "gates.xml").path,
      "--markdown", folder.appending(path: "summary.md").path,
    ])
    #expect(try program.wait() == 4, "\(program.error)")
    let gates = try String(contentsOf: folder.appending(path: "gates.xml"), encoding: .utf8)
    #expect(gates.contains("<testsuites tests=\"2\"") && gates.contains("name=\"p50 &gt; 2\""), "\(gates)")
    let summary = try String(contentsOf: folder.appending(path: "summary.md"), encoding: .utf8)
    #expect(summary.contains("| p50 &gt; 2 | NOT JUDGED | "), "\(summary)")
    let document = try object(program.out)
    let seen = try metrics(document)
    for name in ["allocations", "context_bytes", "allocated_bytes"] {
      #expect(["equal", "not-measured"].contains(seen[name]?["verdict"] as? String ?? ""), "\(name)")
    }
    let real = URL(filePath: copy).resolvingSymlinksInPath().path
    func plain(_ text: String) -> String { text.filter { !$0.isWhitespace } }
    #expect(plain(program.error).contains(plain("run by \(real)")), "\(program.error)")
    let comparison = try #require((document["comparisons"] as? [[String: Any]])?.first)
    let (a, b) = (comparison["a"] as? [String: Any], comparison["b"] as? [String: Any])
    #expect(a?["program"] as? String == real && b?["program"] == nil)
    #expect(a?["depth"] as? Int == 2 && a?["services"] as? Int == 3)
    let last = program.error.split(separator: "\n").last
    #expect(last?.hasPrefix("ctxchain: gate not judged: p50 > 2: B packed@2, this build at depth 2: ") == true)
  }

  @Test(
    "of a program that is none of these fails at once with one line",
    arguments: [
      ("exit 0", "exited with status 0"), ("echo hello >&3; exec sleep 100", "does not know: hello"),
      ("exec \"$0.missing\"", "exited with status 127"),
    ])
  func strangers(script: String, part: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "stranger").path
    try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let program = try Program(["compare", "packed", "--against", path, "-n", "1"])
    #expect(try program.wait(seconds: 25) == 1)
    #expect(program.out.isEmpty && program.error.split(separator: "\n").count == 1, "\(program.error)")
    #expect(program.error.contains("stranger does not do what") && program.error.contains(part), "\(program.error)")
    #expect(program.children.isEmpty)
  }

  @Test("takes arms of any graph, depth, placement and concurrency, and keeps what was measured when it is stopped")
  func anyArms() throws {
    let diamond = "map:" + Program.root.appending(path: "topologies/diamond.yaml").path
    let program = try Program([
      "compare", "baseline@1,placement=free,in-flight=4,keys-per-layer=1", diamond + "@2", "-n", "2", "--rounds", "40",
      "--trial", "250ms", "--json", "-",
    ])
    try program.until("the first round", seconds: 90) { program.error.contains("round 1 of 40 done") }
    program.signal(SIGINT)
    #expect(try program.wait() == 130, "\(program.error)")
    try validate(program.file("out"))
    let document = try object(program.out)
    let comparison = try #require((document["comparisons"] as? [[String: Any]])?.first)
    let (a, b) = (comparison["a"] as? [String: Any], comparison["b"] as? [String: Any])
    #expect(a?["placement"] as? String == "free" && a?["inFlight"] as? Int == 4 && a?["depth"] as? Int == 1)
    #expect(b?["placement"] as? String == "one" && b?["inFlight"] as? Int == 64 && b?["depth"] as? Int == 2)
    let run = try #require(document["run"] as? [String: Any])
    let trials = try #require(run["trials"] as? [[String: Any]])
    let closed = trials.filter { $0["phase"] as? String == "closed" && $0["round"] as? Int == 0 }
    for trial in closed {
      let isA = (trial["arm"] as? String)?.hasPrefix("A ") == true
      #expect(trial["inFlight"] as? Int == (isA ? 4 : 64) && trial["depth"] as? Int == (isA ? 1 : 2))
    }
    #expect(closed.count { $0["rerun"] as? Bool == false } == 3 * 6)
    // Only what the hops reach has deliveries: of a chain of two its first, of the diamond all but its last.
    let counts = try #require(run["counts"] as? [[String: Any]])
    let reached = counts.map {
      ($0["nodes"] as? [[String: Any]] ?? []).count { $0["deliveriesPerRequest"] as? Double ?? 0 > 0 }
    }
    #expect(reached == [1, 3, 1])
  }

  // MARK: Results

  private static let golden = Program.root.appending(path: "Tests/Fixtures/golden/run-result-2.json")

  @Test("holds two results against each other, refuses what differs, and with --anyway warns first")
  func results() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = ["1.json", "2.json", "3.json"].map { folder.appending(path: $0).path }
    for (path, seed) in zip(paths, ["1", "1", "2"]) {
      let run = try Program.run(
        "chain", "-n", "1", "--strategies", "baseline,packed", "--rounds", "1", "--passes", "fidelity,counting,open",
        "--seed", seed, "--json", path)
      try #require(run.status == 0, "\(run.error)")
    }
    let same = try Program([
      "compare", paths[0], paths[1], "--arm", "packed", "--depth", "1", "--json", folder.path + "/c.json", "--fail-if",
      "context_bytes > +0",
    ])
    #expect(try same.wait() == 0, "\(same.error)")
    try validate(folder.path + "/c.json")
    func words(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    #expect(words(same.out).contains("Two runs at different times have no A/A′ in common"), "\(same.out)")
    #expect(same.out.contains("context_bytes") && same.out.contains(paths[0]) && same.error.isEmpty)
    let other = try Program.run("compare", paths[0], paths[2])
    #expect(other.status == 2 && other.out.isEmpty)
    #expect(
      other.error == "ctxchain: seed: 1 in \(paths[0]), 2 in \(paths[2]); --anyway compares them all the same\n")
    let forced = try Program.run("compare", paths[0], paths[2], "--anyway")
    #expect(forced.status == 0)
    let text = words(forced.out)
    #expect(text.contains("Not under the same conditions: seed: 1 in \(paths[0]), 2 in \(paths[2])."))
    #expect(text.contains("baseline cpu_per_hop") && text.contains("packed cpu_per_hop"))
  }
}
