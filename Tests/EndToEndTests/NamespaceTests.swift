// Nodes on hosts of their own: network namespaces, with narrow links, and hosts that vanish.

import Foundation
import Testing

@Suite(
  "Nodes on several hosts", .serialized,
  .enabled(if: TestNetwork.whyNot == nil, "\(TestNetwork.whyNot ?? "")"))
struct NamespaceTests {
  @Test("are measured across links, one of which is narrow")
  func acrossHosts() throws {
    let network = try TestNetwork(hostCount: 3)
    let nodes = try RunningNodes(HostTests.chain, on: network.hosts)
    try network.narrow(network.hosts[2], rate: "4mbit")
    let run = try Program(
      nodes.words() + ["--rounds", "1", "--passes", "fidelity,counting", "--json", "r.json"])
    #expect(try run.wait() == 0, "\(run.error)")
    let result = try ResultDocument(path: run.file("r.json"))
    try result.expectBalancedLedgers()
    let figures = try #require(result.root["network"] as? [String: Any])
    let addresses = (figures["nodes"] as! [[String: Any]]).map {
      ($0["address"] as! String).split(separator: ":")[0]
    }
    #expect(addresses.map(String.init) == network.hosts.map(\.address))
    #expect((figures["edges"] as! [[String: Any]]).count == 2)
    #expect(result.list("fidelity").allSatisfy { $0["verdict"] as! String != "mismatch" })
  }

  @Test("that vanish in mid-run are noticed, and taken back when they are there again")
  func vanishes() throws {
    let network = try TestNetwork(hostCount: 3)
    let nodes = try RunningNodes(HostTests.chain, on: network.hosts)
    let run = try Program(
      nodes.words() + [
        "--rounds", "40", "--passes", "fidelity", "--timeout", "1s", "--json", "r.json",
      ])
    try run.until("the first round", seconds: 60) { run.error.contains("round 1 of 40 done") }
    try network.cut(network.hosts[1])
    try run.until("the loss", seconds: 60) {
      run.error.contains("b at \(network.hosts[1].address)")
    }
    try network.mend(network.hosts[1])
    #expect(try run.wait() == 0, "\(run.error)")
    let result = try ResultDocument(path: run.file("r.json"))
    try result.expectBalancedLedgers()
    let figures = try #require(result.root["network"] as? [String: Any])
    let returns = (figures["nodes"] as! [[String: Any]]).map {
      $0["returns"] as? [[String: Any]] ?? []
    }
    #expect(returns[1].count == 1 && returns[1][0]["restarted"] as? Bool == false)
    let invalid = result.trials.filter {
      ($0["validity"] as! [String: Any])["verdict"] as! String == "invalid"
    }
    let lost = invalid.filter { "\($0["validity"]!)".contains("was lost") }
    #expect(lost.allSatisfy { $0["superseded"] as! Bool })
  }
}
