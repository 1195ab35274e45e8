// What each strategy asks of the allocator, the wire and the reference counts, held for equality against figures that are
// kept in the repository: a change of one of them is a decision. UPDATE_GOLDEN=1 writes them anew.

import Foundation
import Testing

@Suite("Committed counts")
struct CommittedCountTests {
  private static let path = Program.root.appending(path: "Tests/Fixtures/counts/chain-3.json")

  /// Of the optimised program, by the compiler that made the figures.
  private static let isComparable: Bool = {
    #if compiler(>=6.3) && compiler(<6.4)
      CountTests.isOptimised
    #else
      false
    #endif
  }()

  /// Arm → node → count, per request.
  private func counted() throws -> [String: [String: [String: Double]]] {
    let program = try Program([
      "chain", "-n", "3", "--depths", "3", "--rounds", "1", "--passes", "counting,references", "--json", "-",
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try #require(JSONSerialization.jsonObject(with: Data(program.out.utf8)) as? [String: Any])
    var arms: [String: [String: [String: Double]]] = [:]
    for pass in document["counts"] as? [[String: Any]] ?? [] {
      let arm = pass["arm"] as! String
      for node in pass["nodes"] as? [[String: Any]] ?? [] {
        var counts = node.compactMapValues { $0 as? Double }
        counts["replica"] = nil
        // Dictionaries hand out their keys in another order each time, and the text made of them grows in other steps.
        if arm == "map" { counts["allocatedBytesPerRequest"] = nil }
        arms[arm, default: [:]][node["service"] as! String] = counts
      }
    }
    return arms
  }

  @Test(
    "Allocations, bytes, retains, releases and system calls of every strategy are those in the repository",
    .enabled(if: CommittedCountTests.isComparable, "they are those of the release build of one compiler"))
  func equality() throws {
    let counted = try counted()
    guard counted["baseline"]?["s2"]?["allocationsPerRequest"] != nil else { return }
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      let data = try JSONSerialization.data(withJSONObject: counted, options: [.prettyPrinted, .sortedKeys])
      try (data + Data("\n".utf8)).write(to: Self.path)
    }
    let committed = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: Self.path)) as? [String: [String: [String: Double]]])
    #expect(Set(counted.keys) == Set(committed.keys))
    for (arm, nodes) in committed {
      for (node, counts) in nodes {
        for (name, count) in counts {
          let found = try #require(counted[arm]?[node]?[name], "\(arm) \(node) \(name)")
          // System calls may differ by one in a run: a packet that comes in two pieces.
          let tolerance = name == "systemCallsPerRequest" ? 0.1 : 0
          #expect(abs(found - count) <= tolerance, "\(arm) \(node) \(name): expected \(count), got \(found)")
        }
      }
    }
  }
}
