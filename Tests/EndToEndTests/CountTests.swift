// Counts are exact: what a node asks of the allocator and the kernel per request, and what the wire carries.

import Foundation
import Testing

@Suite("Counts")
struct CountTests {
  /// Rows of the counting pass at the largest depth, by arm.
  private func counts(_ arguments: [String]) throws -> [String: [String: Any]] {
    let program = try Program(
      ["chain", "-n", "5", "--depths", "1,5", "--rounds", "1", "--passes", "counting", "--json", "-"] + arguments)
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try #require(JSONSerialization.jsonObject(with: Data(program.out.utf8)) as? [String: Any])
    let rows = (document["counts"] as? [[String: Any]] ?? []).filter { $0["depth"] as? Int == 5 }
    return Dictionary(uniqueKeysWithValues: rows.map { ($0["arm"] as! String, $0) })
  }

  #if DEBUG
    static let isOptimised = false
  #else
    static let isOptimised = true
  #endif

  @Test(
    "baseline, opaque and packed allocate nothing per request on any node, nor does the client",
    .enabled(if: CountTests.isOptimised, "a debug build allocates where an optimised one does not"))
  func noAllocations() throws {
    let rows = try counts(["--strategies", "baseline,opaque,packed"])
    for arm in ["baseline", "opaque", "packed"] {
      let row = try #require(rows[arm])
      guard row["method"] as? String != "none" else { continue }
      let nodes = try #require(row["nodes"] as? [[String: Any]])
      #expect(nodes.count == 5)
      for node in nodes { #expect(node["allocationsPerRequest"] as? Double == 0, "\(arm) \(node["service"]!)") }
      #expect((row["client"] as? [String: Any])?["allocationsPerRequest"] as? Double == 0, "\(arm)")
    }
  }

  @Test(
    "A propagator's call allocates nothing where ids, flags or an image are all it carries, and a text once",
    .enabled(if: CountTests.isOptimised, "a debug build allocates where an optimised one does not"),
    arguments: [
      ("tracecontext-extract-trace-struct", 0), ("tracecontext-inject-trace-struct", 0),
      ("tracecontext-extract-tracestate-2-struct", 1), ("tracecontext-extract-tracestate-2-packed", 0),
      ("tracecontext-extract-tracestate-32-struct", 1), ("baggage-inject-standard-struct", 0),
      ("baggage-inject-standard-packed", 0), ("baggage-extract-standard-packed", 0), ("b3-extract-trace-struct", 0),
      ("b3-inject-trace-struct", 0), ("grpc-trace-bin-extract-trace-struct", 0),
      ("grpc-trace-bin-inject-trace-struct", 0), ("binary25-extract-trace-struct", 0),
      ("binary25-inject-trace-struct", 0), ("packed-newest-64", 0), ("struct-field", 0),
    ])
  func allocationsPerCall(name: String, allocations: Int) throws {
    let run = try Program.run("instructions", name, "1000")
    #expect(run.status == 0, "\(run.error)")
    // The loop around the calls may allocate once.
    let counted = try #require(run.out.split { $0.isWhitespace }.last.flatMap { Int($0) })
    #expect(counted / 1000 == allocations && counted % 1000 <= 1, "\(run.out)")
  }

  @Test("A middle node makes six system calls per request with one in flight")
  func systemCalls() throws {
    let rows = try counts(["--strategies", "baseline,packed"])
    for arm in ["baseline", "packed"] {
      let nodes = try #require(rows[arm]?["nodes"] as? [[String: Any]])
      guard let calls = nodes[2]["systemCallsPerRequest"] as? Double else { continue }
      #expect(calls <= 6.0 + 1.0 / 64, "\(arm): \(calls)")
      #expect(calls >= 4, "\(arm): \(calls)")
    }
  }

  @Test("The wire carries the same context bytes at every hop, and none for baseline")
  func contextBytes() throws {
    let rows = try counts(["--strategies", "baseline,opaque,packed,binary25"])
    func sizes(_ arm: String) throws -> [Double] {
      try #require(rows[arm]?["nodes"] as? [[String: Any]]).map { $0["contextBytesInPerDelivery"] as! Double }
    }
    #expect(try sizes("baseline") == [0, 0, 0, 0, 0])
    #expect(try sizes("binary25") == [25, 25, 25, 25, 25])
    #expect(try sizes("opaque") == sizes("packed"))
    #expect(Set(try sizes("packed")).count == 1)
  }

  @Test("Growth by distinct names reaches the last node with every key under map, and none under binary25")
  func distinctGrowth() throws {
    let rows = try counts(["--strategies", "map,packed,struct,binary25", "--growth", "distinct"])
    func keys(_ arm: String) throws -> Double {
      try #require(rows[arm]?["nodes"] as? [[String: Any]])[4]["contextKeysPerDelivery"] as! Double
    }
    // Three from the client, and three from each of the four nodes before the last.
    #expect(try keys("map") == 15)
    #expect(try keys("packed") == 15)
    #expect(try keys("struct") == 3)
    #expect(try keys("binary25") == 0)
  }
}
