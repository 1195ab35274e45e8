// Where the time of requests goes, in real processes. Nothing here says how long anything takes.

import Foundation
import Testing

@Suite("The stage pass")
struct StageTests {
  private func stages(_ arguments: [String]) throws -> [[String: Any]] {
    let program = try Program(arguments + ["--rounds", "2", "--passes", "stages", "--json", "-"])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try #require(JSONSerialization.jsonObject(with: Data(program.out.utf8)) as? [String: Any])
    return document["stages"] as? [[String: Any]] ?? []
  }

  /// What the parts of a pass leave of its response time.
  private func unexplained(_ pass: [String: Any]) throws -> (whole: Double, rest: Double) {
    let nodes = try #require(pass["nodes"] as? [[String: Any]])
    let client = try #require(pass["client"] as? [String: Double])
    func sum(_ names: [String]) -> Double {
      nodes.reduce(0) { sum, node in sum + names.reduce(0) { $0 + (node[$1] as? Double ?? .nan) } }
    }
    let whole = try #require(pass["response"] as? Double)
    let stages = sum(["read", "parse", "decode", "extract", "store", "work", "inject", "encode", "loop", "hpack"])
    let edges = client["wait"]! + sum(["wait"]) - sum(["residence"])
    return (whole, whole - (whole - client["wait"]!) - edges - stages + sum(["overlap"]))
  }

  @Test("explains every request of a chain to the nanosecond, node by node and over each transport")
  func chain() throws {
    let passes = try stages(
      ["chain", "-n", "4", "--depths", "4", "--strategies", "baseline,map", "--transports", "frame,http1,grpc"])
    // Six arms and A′, two rounds.
    #expect(passes.count == 14)
    for pass in passes {
      let (whole, rest) = try unexplained(pass)
      #expect(abs(rest) < 0.01, "\(pass["arm"]!): \(rest) of \(whole) ns")
      let nodes = try #require(pass["nodes"] as? [[String: Any]])
      #expect(nodes.count == 4 && nodes.allSatisfy { $0["deliveriesPerRequest"] as? Double == 1 })
      let compresses = (pass["arm"] as? String ?? "").hasSuffix("/grpc")
      #expect(nodes.allSatisfy { ($0["hpack"] as? Double ?? -1 > 0) == compresses }, "\(pass["arm"]!)")
      for stage in ["read", "parse", "decode", "extract", "encode"] {
        #expect(nodes.allSatisfy { $0[stage] as? Double ?? 0 > 0 }, "\(pass["arm"]!): \(stage)")
      }
      #expect(pass["requests"] as? Int ?? 0 >= 4)
      #expect(pass["throughputWithoutClocks"] as? Double ?? 0 > 0)
      // The last one makes no call.
      #expect(nodes.allSatisfy { ($0["inject"] as! Double > 0) == ($0["service"] as? String != "s4") })
    }
  }

  @Test("explains a graph with work, sleep, calls in a row and at once within 5 %")
  func graph() throws {
    let path = Program.root.appending(path: "topologies/tree.yaml").path
    let passes = try stages(["run", path, "--strategies", "baseline,packed"])
    #expect(!passes.isEmpty)
    for pass in passes {
      let (whole, rest) = try unexplained(pass)
      #expect(abs(rest) <= 0.05 * whole, "\(pass["arm"]!): \(rest) of \(whole) ns")
    }
  }
}
