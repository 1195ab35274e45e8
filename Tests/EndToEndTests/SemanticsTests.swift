// `ctxchain semantics` as a user runs it: every cell comes from running processes.

import Foundation
import Testing

@Suite("Semantics")
struct SemanticsTests {
  private func cells(_ arguments: [String]) throws -> [String: [String]] {
    let program = try Program(["semantics", "--json", "-"] + arguments)
    #expect(try program.wait() == 0, "\(program.error)")
    #expect(program.children.isEmpty)
    var result: [String: [String]] = [:]
    for strategy in try ResultDocument(path: program.file("out")).list("strategies") {
      let cells = try #require(strategy["cells"] as? [[String: Any]])
      result[try #require(strategy["name"] as? String)] = cells.map { "\($0["verdict"]!) \($0["text"]!)" }
    }
    return result
  }

  @Test("A lossless strategy shows everything, a lossy one what it loses, at any depth", arguments: [2, 4])
  func table(depth: Int) throws {
    let cells = try cells(["--depth", "\(depth)", "--strategies", "baseline,packed,value-chain,binary25,b3"])
    #expect(cells.count == 5)
    let time = ["yes shrinks, obeyed", "yes 32 of 32", "not-applicable one writer", "yes none"]
    for (name, row) in cells { #expect(Array(row[3..<7]) == time, "\(name)") }
    #expect(cells["packed"]?.prefix(3) == ["yes 9 of 9", "yes 2 of 2", "yes kept"])
    #expect(cells["value-chain"]?.prefix(3) == ["partly 8 of 9", "partly 1 of 2", "yes kept"])
    // Trace id, span id and flags; b3 has no bit for a random trace id.
    #expect(cells["binary25"]?.prefix(3) == ["partly 3 of 9", "no 0 of 2", "no lost"])
    #expect(cells["b3"]?.prefix(3) == ["partly 2 of 9", "no 0 of 2", "no lost"])
    #expect(cells["baseline"]?.prefix(3) == ["no 0 of 9", "no 0 of 2", "no lost"])
    #expect(cells["binary25"]?.last == "figure 25" && cells["baseline"]?.last == "figure 0")
  }

  @Test("What a strategy keeps is said per transport: the same, but for the bytes of a binary section")
  func transports() throws {
    let cells = try cells(
      ["--depth", "3", "--strategies", "packed,value-chain,binary25", "--transports", "frame,http1"])
    #expect(cells.count == 6)
    for name in ["packed", "value-chain", "binary25"] {
      let (frame, http1) = (try #require(cells[name]), try #require(cells[name + "/http1"]))
      #expect(frame.dropLast() == http1.dropLast(), "\(name)")
    }
    #expect(cells["binary25"]?.last == "figure 25" && cells["binary25/http1"]?.last == "figure 60")
    #expect(try self.cells(["--depth", "2", "--strategies", "jaeger/http1"]).keys.sorted() == ["jaeger/http1"])
  }

  @Test("Writers of a shared store are raced in a process of its own; other stores have one writer")
  func writers() throws {
    let cells = try cells(["--depth", "2", "--strategies", "locked-map+packed,packed"])
    #expect(cells["locked-map+packed"]?[5] == "yes safe" && cells["packed"]?[5] == "not-applicable one writer")
    #expect(cells["locked-map+packed"]?.prefix(3) == ["yes 9 of 9", "yes 2 of 2", "yes kept"])
  }

  @Test("--explain shows what was sent and what arrived, byte for byte")
  func explain() throws {
    let run = try Program.run("semantics", "--depth", "2", "--explain", "b3", "tracestate")
    #expect(run.status == 0, "\(run.error)")
    let lines = run.out.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("b3 (store value-chain, propagator b3), tracestate after 2 services: lost"))
    #expect(lines.contains { $0.hasPrefix("client ") && $0.contains("b3: ") })
    #expect(lines.contains { $0.hasPrefix("client ") && $0.contains("tracestate ctxchain=t61rcWkgMzE") })
    #expect(lines.contains { $0.hasPrefix("s1>s2 ") && $0.contains("reads: nothing of it") })
    let deadline = try Program.run("semantics", "--depth", "3", "--explain", "packed", "deadline")
    #expect(deadline.out.contains("s3") && deadline.out.contains("gets 0 of them"))
  }

  @Test("The JSON has the form of its schema, and a run's result embeds the same table")
  func documents() throws {
    let program = try Program(["semantics", "--depth", "2", "--strategies", "packed,binary25", "--json", "-"])
    #expect(try program.wait() == 0, "\(program.error)")
    let root = Program.root.path
    let check = try Program(
      [
        "-c",
        "if python3 -c 'import jsonschema'; then '\(root)/scripts/validate-json' "
          + "'\(root)/docs/schema/semantics-result-1.schema.json' '\(program.file("out"))'; fi",
      ], command: "/bin/sh")
    #expect(try check.wait() == 0, "\(check.out)")
    let chain = try Program([
      "chain", "-n", "2", "--strategies", "packed,binary25", "--rounds", "1", "--passes", "fidelity,semantics",
      "--json", "-",
    ])
    #expect(try chain.wait() == 0, "\(chain.error)")
    let run = try ResultDocument(path: chain.file("out"))
    let semantics = try #require(run.root["semantics"] as? [String: Any])
    #expect(semantics["depth"] as? Int == 2)
    let rows = try #require(semantics["strategies"] as? [[String: Any]])
    #expect(rows.map { $0["name"] as? String } == ["packed", "binary25"])
    let own = try ResultDocument(path: program.file("out")).list("strategies")
    for (row, other) in zip(rows, own) {
      let texts = [row, other].map { ($0["cells"] as? [[String: Any]] ?? []).map { $0["text"] as? String } }
      #expect(texts[0] == texts[1] && texts[0].count == 8)
    }
  }

  @Test("Of an arm that mixes strategies a run has what it saw itself, and the rest is not probed")
  func mixed() throws {
    let file = Program.root.appending(path: "topologies/mixed-chain.yaml").path
    let program = try Program(["run", file, "--rounds", "1", "--passes", "fidelity,semantics", "--json", "-"])
    #expect(try program.wait() == 0, "\(program.error)")
    let semantics = try #require(try ResultDocument(path: program.file("out")).root["semantics"] as? [String: Any])
    let rows = try #require(semantics["strategies"] as? [[String: Any]])
    #expect(rows.map { $0["name"] as? String } == ["baseline", "as-written"])
    let cells = rows.map { ($0["cells"] as? [[String: Any]] ?? []).map { "\($0["verdict"]!) \($0["text"]!)" } }
    #expect(cells[0].prefix(4) == ["no 0 of 9", "no 0 of 2", "no lost", "yes shrinks, obeyed"])
    // Five of ten keys: the trace, what `stock` set, and its request id and user.
    #expect(cells[1].prefix(3) == ["partly 5 of 10", "partly 1 of 2", "no lost"])
    #expect(cells[1].filter { $0 == "not-probed not probed" }.count == 4)
  }

  @Test("Ctrl-C ends it with status 130, and no process left")
  func interrupted() throws {
    let program = try Program(["semantics", "--depth", "20"])
    try program.until("the nodes", seconds: 60) { program.children.count > 10 }
    program.signal(SIGINT)
    #expect(try program.wait(seconds: 30) == 130, "\(program.error)")
    #expect(program.children.isEmpty)
  }
}
