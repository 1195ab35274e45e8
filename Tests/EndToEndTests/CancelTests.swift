// A client that gives up, through real processes: who stops, who goes on, and what is counted of it.

import Foundation
import Testing

@Suite("A client that gives up")
struct CancelTests {
  /// As the program names them.
  static let strategies: [String] = {
    let refusal = try? Program.run("chain", "-n", "2", "--strategies", "nobody").error
    let list = refusal?.components(separatedBy: "expected some of ").last?.components(separatedBy: ", or ").first ?? ""
    return list.components(separatedBy: ", ")
  }()

  @Test("There are strategies to try")
  func known() { #expect(Self.strategies.contains("packed") && Self.strategies.count >= 7) }

  /// The last service burns CPU for twenty minutes, the others wait for it.
  @Test("stops the work in every later node, one behind the other, under every strategy", arguments: strategies)
  func cascade(strategy: String) throws {
    let up = try UpProgram(
      """
      version: 1
      entry: a
      defaults: {strategy: \(strategy)}
      services:
        - {name: a, script: [{call: b}]}
        - {name: b, script: [{call: c}]}
        - {name: c, script: [{call: {service: d, retries: 1}}]}
        - {name: d, script: [{work: 20m}]}
      """)
    // No deadline travels: only the cancel can stop them.
    let gateway = strategy == "gateway" ? ["--field", "x-tenant-code=acme"] : []
    let (status, ledger) = try up.load(
      ["--propagator", "none", "-n", "6", "--in-flight", "3", "--timeout", "200ms", "--deadline", "0s"] + gateway)
    #expect(status == 1 && ledger["timedOut"] == 6 && ledger["planned"] == 6, "\(ledger)")
    var stops: [UInt64] = []
    for name in ["a", "b", "c", "d"] {
      try up.until("to forget its requests", name) { $0.open == 0 }
      let node = try up.counters(name)
      #expect(node.deliveries == 6 && node.cancelled == 6 && node.responses == 0 && node.deadlineExceeded == 0)
      // A slice may be under way between the client's giving up and the cancel's arrival; nothing else is.
      #expect(
        node.abandoned == 0 && node.late[0] <= 6 && node.late[1] == 0 && node.late[2] == 0, "\(name) \(node.late)")
      stops.append(node.stopNanosecondsMax)
    }
    // The cancel reached them in the order of the path, and every node knows since when.
    #expect(stops == stops.sorted() && stops.allSatisfy { $0 > 0 }, "\(stops)")
    #expect(try up.end().contains("given up: at nodes: 24 requests cancelled, "))
  }

  /// c is three seconds from its work when the client gives up.
  private func graph(_ deadline: String) -> String {
    """
    version: 1
    entry: a
    defaults: {strategy: packed}
    services:
      - {name: a, script: [{call: b}]}
      - {name: b, script: [{call: {service: c, deadline: \(deadline)}}]}
      - {name: c, script: [{sleep: 3s}, {work: 3ms}, {call: d}]}
      - {name: d, script: [{work: 2ms}]}
    """
  }

  @Test(
    "is heard behind an edge that ignores deadlines by nobody, and all that goes on is counted",
    arguments: [["--deadline", "0s"], []])
  func ignored(deadline: [String]) throws {
    let up = try UpProgram(graph("ignore"))
    let (_, ledger) = try up.load(
      ["--propagator", "packed", "-n", "4", "--in-flight", "4", "--timeout", "300ms"] + deadline)
    #expect(ledger["timedOut"] == 4, "\(ledger)")
    try up.until("to answer nobody", "c") { $0.responses == 4 }
    for name in ["a", "b"] {
      let node = try up.counters(name)
      #expect(node.cancelled + node.deadlineExceeded == 4 && node.abandoned == 0 && node.late == [0, 0, 0], "\(name)")
    }
    let (c, d) = (try up.counters("c"), try up.counters("d"))
    #expect(c.abandoned == 4 && c.cancelled == 0 && c.deadlineExceeded == 0)
    #expect(c.late == [12, 4, 4], "slices, sleeps and calls of c")
    #expect(d.deliveries == 4 && d.abandoned == 4 && d.late == [8, 0, 0], "slices, sleeps and calls of d")
    try up.until("to find nobody waiting", "b") { $0.lateReplies == 4 }
  }

  @Test("is heard behind every other edge: nothing goes on", arguments: [["--deadline", "0s"], []])
  func heard(deadline: [String]) throws {
    let up = try UpProgram(graph("cascade"))
    let (_, ledger) = try up.load(
      ["--propagator", "packed", "-n", "4", "--in-flight", "4", "--timeout", "300ms"] + deadline)
    #expect(ledger["timedOut"] == 4, "\(ledger)")
    for name in ["a", "b", "c"] {
      try up.until("to forget its requests", name) { $0.open == 0 && $0.deliveries == 4 }
      let node = try up.counters(name)
      #expect(node.cancelled + node.deadlineExceeded == 4 && node.abandoned == 0 && node.late == [0, 0, 0], "\(name)")
    }
    #expect(try up.counters("d").deliveries == 0)
  }

  @Test("shows in the report of a run what went on, node by node", arguments: [true, false])
  func report(ignores: Bool) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "ignore-\(UUID().uuidString).yaml").path
    let folder = file + ".report"
    defer { for path in [file, file + ".json", folder] { try? FileManager.default.removeItem(atPath: path) } }
    try """
    version: 1
    entry: a
    services:
      - name: a
        script: [{call: {service: b, timeout: 2ms, deadline: \(ignores ? "ignore" : "cascade"), probability: 5%}}]
      - {name: b, script: [{sleep: 40ms}, {work: 2ms}]}
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let run = try Program.run(
      "run", file, "--strategies", "packed", "--rounds", "1", "--passes", "open", "--trial", "300ms",
      "--json", file + ".json")
    #expect(run.status == 0, "\(run.error)")
    let nodes = try ResultDocument(path: file + ".json").list("givenUp")
    let b = try #require(nodes.first { $0["service"] as? String == "b" })
    let counts = b.compactMapValues { $0 as? Int }
    if ignores {
      #expect(counts["abandoned"]! > 0 && counts["cancelled"] == 0)
      // The counters of a set are read when it ends, whoever still sleeps; one given up late had slept already.
      #expect((1...counts["abandoned"]!).contains(counts["lateSleeps"]!))
      #expect((1...2 * counts["abandoned"]!).contains(counts["lateSlices"]!))
    } else {
      #expect(counts["abandoned"] == 0 && counts["cancelled"]! > 0)
      #expect(counts["lateSlices"] == 0 && counts["lateSleeps"]! <= counts["cancelled"]!)
    }
    #expect(try Program.run("show", file + ".json", "--tables").out.contains("given up"))
    #expect(try Program.run("report", file + ".json", "--output", folder).status == 0)
    let csv = try String(contentsOfFile: folder + "/nodes.csv", encoding: .utf8)
    #expect(csv.contains("late_slices") && csv.contains("refused"))
    let page = try String(contentsOfFile: folder + "/index.html", encoding: .utf8)
    #expect(page.contains("abandoned"))
  }
}
