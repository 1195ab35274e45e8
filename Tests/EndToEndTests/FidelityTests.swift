// What is lost along a chain of real processes, by depth and by edge.

import Foundation
import Testing

@Suite("Lost context")
struct FidelityTests {
  private func losses(_ arguments: [String]) throws -> [String: (depths: [[String: Any]], edges: [[String: Any]])] {
    let program = try Program(arguments + ["--rounds", "1", "--passes", "fidelity", "--json", "-"])
    #expect(try program.wait() == 0, "\(program.error)")
    var result: [String: (depths: [[String: Any]], edges: [[String: Any]])] = [:]
    for fidelity in try ResultDocument(path: program.file("out")).list("fidelity") {
      let losses = try #require(fidelity["losses"] as? [String: Any])
      result[try #require(fidelity["arm"] as? String)] = (
        try #require(losses["byDepth"] as? [[String: Any]]), try #require(losses["byEdge"] as? [[String: Any]])
      )
    }
    return result
  }

  private func loss(_ place: [String: Any]) throws -> [String: Any] { try #require(place["loss"] as? [String: Any]) }

  @Test("A chain under a lossless strategy keeps every key and byte at every depth; under another the keys are named")
  func chain() throws {
    let losses = try losses(["chain", "-n", "3", "--strategies", "packed,binary25"])
    let packed = try #require(losses["packed"])
    #expect(packed.depths.map { $0["depth"] as? Int } == [1, 2, 3] && packed.edges.count == 3)
    for place in packed.depths + packed.edges {
      let loss = try loss(place)
      #expect(loss["contexts"] as? Int == 256 && loss["keys"] as? Int == 256 * 7)
      #expect(loss["keysKept"] as? Int == 256 * 7 && loss["bytesKept"] as? Int == loss["bytes"] as? Int)
    }
    let binary = try #require(losses["binary25"])
    for place in binary.depths {
      let loss = try loss(place)
      #expect(loss["keysKept"] as? Int == 256 * 3)
      #expect(loss["lostKeys"] as? [String] == ["request-id", "tenant", "tracestate", "user"])
    }
    // What the client sent is lost at the first edge, what services set at each of the next.
    let lost = try binary.edges.map { try loss($0)["lostKeys"] as? [String] }
    #expect(
      lost == [["request-id", "tenant", "tracestate", "user"], ["request-id", "user"], ["request-id", "user"]])
  }

  @Test(
    "Graphs with gateways, calls side by side, retries, workers and mixed propagators deliver over every transport what was declared",
    arguments: [
      "gateway", "gateway-refusals", "mixed-carriers", "mixed-propagators", "raw-headers", "shop", "tree", "workers",
    ])
  func everyTransport(name: String) throws {
    let file = Program.root.appending(path: "topologies/\(name).yaml").path
    let run = try Program.run(
      ["run", file, "--transports", "frame,http1,grpc", "--rounds", "1", "--passes", "fidelity", "--no-save"])
    #expect(run.status == 0 && run.error.contains("checked what arrives: as declared in every arm"), "\(run.error)")
  }

  @Test("Mixed propagators along one chain lose at the edges that have them, by name")
  func mixed() throws {
    let file = Program.root.appending(path: "topologies/mixed-chain.yaml").path
    let written = try #require(try losses(["run", file])["as-written"])
    let lossy = try written.edges.filter { edge in
      let loss = try loss(edge)
      return loss["keysKept"] as? Int != loss["keys"] as? Int
    }
    #expect(
      lossy.map { "\($0["caller"]!) → \($0["callee"]!) (\($0["propagator"]!))" } == [
        "client → edge (tracecontext,baggage)", "orders → stock (b3)",
      ])
    let first = try loss(lossy[0])
    let changed = try #require(first["changedTypes"] as? [[String: String]])
    #expect(changed == [["key": "attempt", "sent": "integer", "arrived": "text"]])
    #expect(first["lostKeys"] as? [String] == [])
    let second = try loss(lossy[1])
    #expect(second["lostKeys"] as? [String] == ["attempt", "request-id", "session", "tenant", "tracestate", "user"])
    #expect(second["lostFlags"] as? Int == 2)
    // What the service behind it sets arrives.
    #expect(try loss(try #require(written.edges.last))["keysKept"] as? Int == 256 * 6)
  }
}
