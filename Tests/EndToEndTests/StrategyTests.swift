// Strategies that take part on request, in real processes; and those that take part unasked.

import Foundation
import Testing

@Suite("Strategies")
struct StrategyTests {
  @Test("that are not compared by default run a chain, and their contexts arrive as declared")
  func onRequest() throws {
    let program = try Program([
      "chain", "-n", "3", "--depths", "3", "--strategies", "swift,pooled-map,map-simdjson,b3", "--rounds", "1",
      "--passes",
      "fidelity", "--growth",
      "distinct", "--json", "-",
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try ResultDocument(path: program.file("out"))
    try document.expectBalancedLedgers()
    let arms = document.list("arms").prefix(4).map { "\($0["name"]!): \($0["store"]!) + \($0["propagator"]!)" }
    #expect(
      arms == [
        "swift: service-context + tracecontext,baggage", "pooled-map: pooled-map + json-map",
        "map-simdjson: map + json-simdjson", "b3: value-chain + b3",
      ])
    let verdicts = document.list("fidelity").prefix(4).map { "\($0["arm"]!): \($0["verdict"]!)" }
    #expect(verdicts == ["swift: faithful", "pooled-map: faithful", "map-simdjson: faithful", "b3: lost-as-declared"])
  }

  @Test("of a chain that names none are the seven of docs/STRATEGIES.md that are not on request")
  func byDefault() throws {
    let program = try Program(["chain", "-n", "1", "--rounds", "1", "--passes", "none", "--json", "-"])
    #expect(try program.wait() == 0, "\(program.error)")
    let arms = try ResultDocument(path: program.file("out")).list("arms").compactMap { $0["name"] as? String }
    #expect(
      arms == ["baseline", "opaque", "map", "value-chain", "struct", "packed", "binary25", "baseline′"])
  }

  @Test("are all in the help of chain and in docs/STRATEGIES.md")
  func documented() throws {
    let help = try Program.run("chain", "--help").out.split { $0.isWhitespace }.joined(separator: " ")
    let unknown = try Program.run("chain", "-n", "1", "--strategies", "x").error
    let list = try #require(unknown.firstMatch(of: /expected some of ([a-z0-9, -]+), or STORE/)).1
    let names = list.split(separator: ", ").map(String.init)
    #expect(names.count == 12 && Set(names).isSuperset(of: ["swift", "pooled-map", "map-simdjson", "b3", "gateway"]))
    for name in names { #expect(help.contains(" \(name)"), "\(name)") }
    let page = try String(contentsOf: Program.root.appending(path: "docs/STRATEGIES.md"), encoding: .utf8)
    for name in names { #expect(page.contains("\n| `\(name)` | "), "\(name)") }
  }
}
