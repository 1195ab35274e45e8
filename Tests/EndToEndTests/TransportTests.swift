// Transports as a user chooses them: for all of a run, for one strategy, for one arm of a comparison.

import Foundation
import Testing

@Suite("The choice of a transport")
struct TransportTests {
  private func transports(_ arguments: [String]) throws -> [String: String] {
    let program = try Program(arguments + ["--rounds", "1", "--json", "-"])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try ResultDocument(path: program.file("out"))
    try document.expectBalancedLedgers()
    #expect(document.trials.allSatisfy { ($0["ledger"] as? [String: Int])?["completed"] ?? 0 > 0 })
    #expect(document.list("fidelity").allSatisfy { $0["verdict"] as? String != "mismatch" })
    var result: [String: String] = [:]
    for arm in document.list("arms") { result[try #require(arm["name"] as? String)] = arm["transport"] as? String }
    return result
  }

  @Test("holds for every arm, but for a strategy that names its own")
  func chain() throws {
    let found = try transports(
      ["chain", "-n", "2", "--transport", "http1", "--strategies", "baseline,value-chain,packed/frame"]
        + ["--passes", "fidelity"])
    #expect(
      found == [
        "baseline": "http1", "baseline\u{2032}": "http1", "value-chain": "http1", "packed/frame": "frame",
      ])
  }

  @Test("is an axis of arms: every strategy over every transport, the default one under the plain name")
  func axis() throws {
    let found = try transports(
      ["chain", "-n", "2", "--transports", "frame,http1", "--strategies", "baseline,packed", "--passes", "fidelity"])
    #expect(
      found == [
        "baseline": "frame", "baseline\u{2032}": "frame", "baseline/http1": "http1", "packed": "frame",
        "packed/http1": "http1",
      ])
  }

  @Test("is an axis of a topology too, with the strategies of its file")
  func axisOfTopology() throws {
    let file = Program.root.appending(path: "topologies/diamond.yaml").path
    let found = try transports(["run", file, "--transports", "http1,frame", "--passes", "fidelity"])
    #expect(
      found == [
        "baseline/http1": "http1", "baseline/http1\u{2032}": "http1", "baseline": "frame", "as-written": "frame",
        "as-written/http1": "http1",
      ])
  }

  @Test("replaces what a topology says")
  func topology() throws {
    let file = Program.root.appending(path: "topologies/diamond.yaml").path
    let found = try transports(["run", file, "--transport", "http1", "--strategies", "packed", "--passes", "fidelity"])
    #expect(Set(found.values) == ["http1"])
  }
}
