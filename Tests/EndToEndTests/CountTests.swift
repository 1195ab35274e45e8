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
    "baseline, opaque, struct, packed and binary25 allocate nothing per request on any node, nor does the client",
    .enabled(if: CountTests.isOptimised, "a debug build allocates where an optimised one does not"))
  func noAllocations() throws {
    let rows = try counts(["--strategies", "baseline,opaque,struct,packed,binary25"])
    for arm in ["baseline", "opaque", "struct", "packed", "binary25"] {
      let row = try #require(rows[arm])
      guard row["method"] as? String != "none" else { continue }
      let nodes = try #require(row["nodes"] as? [[String: Any]])
      #expect(nodes.count == 5)
      for node in nodes { #expect(node["allocationsPerRequest"] as? Double == 0, "\(arm) \(node["service"]!)") }
      #expect((row["client"] as? [String: Any])?["allocationsPerRequest"] as? Double == 0, "\(arm)")
    }
  }

  @Test(
    "A call of the struct or packed store allocates nothing once its room has grown, through any propagator, nor does a hop",
    .enabled(if: CountTests.isOptimised, "a debug build allocates where an optimised one does not"))
  func allocationsPerCall() throws {
    let list = try Program.run("instructions")
    var names: [String] = []
    for line in list.out.split(separator: "\n") {
      let columns = line.split(separator: " ")
      if columns.count == 4, columns[3] == "false" { names.append(String(columns[0])) }
    }
    let expected = ["baggage-extract-standard-struct", "tracecontext,baggage-inject-standard-struct", "hop-opaque"]
    #expect(Set(names).isSuperset(of: expected + ["hop-struct", "hop-packed", "hop-binary25"]))
    for name in names {
      let run = try Program.run("instructions", name, "1000")
      #expect(run.status == 0, "\(run.error)")
      // The loop around the calls may allocate once. Nobody counts retains, releases and casts here.
      let columns = run.out.split { $0.isWhitespace }
      #expect(columns.count == 5 && columns[2...].allSatisfy { $0 == "-" }, "\(name): \(run.out)")
      #expect(try #require(Int(columns[1])) <= 1, "\(name): \(run.out)")
    }
  }

  @Test("A program that was copied without the library that counts retains and releases says so, in text and result")
  func copiedAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ctxchain-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let copy = folder.appending(path: "ctxchain").path
    try Program.copy(to: copy)
    let run = try Program(
      ["chain", "-n", "1", "--rounds", "1", "--strategies", "baseline", "--json", folder.path + "/result.json"],
      command: copy)
    #expect(try run.wait() == 0, "\(run.error)")
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "result.json"))) as? [String: Any])
    let passes = try #require(document["counts"] as? [[String: Any]])
    guard passes.allSatisfy({ $0["method"] as? String != "none" }) else { return }
    let notes = try #require(document["notes"] as? [String])
    #expect(notes.contains { $0.hasPrefix("retains and releases were not counted: ") }, "\(notes)")
    let tables = try Program.run("show", folder.path + "/result.json", "--tables")
    let words = tables.out.split { $0.isWhitespace }.joined(separator: " ")
    #expect(words.contains("retains and releases were not counted: libctxchain-arc.so"), "\(tables.out)")
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

  @Test("Every byte of a hop is the context's, the protocol's or payload, over each transport")
  func bytesOnTheWire() throws {
    let program = try Program(
      [
        "chain", "-n", "3", "--depths", "3", "--rounds", "1", "--strategies", "baseline,binary25,b3", "--transports",
        "frame,http1", "--passes", "counting", "--json", "-",
      ])
    #expect(try program.wait() == 0, "\(program.error)")
    let keys = [
      "contextBytesPerHop", "headerBytesPerHop", "payloadBytesPerHop", "answerHeaderBytesPerHop",
      "answerPayloadBytesPerHop",
    ]
    var found: [String: [Double]] = [:]
    for bytes in try ResultDocument(path: program.file("out")).list("hopBytes") {
      found[try #require(bytes["arm"] as? String)] = keys.map { bytes[$0] as? Double ?? -1 }
    }
    #expect(found["baseline"] == [0, 32, 128, 32, 128])
    #expect(found["binary25"] == [25, 32, 128, 32, 128])
    // `ctxchain-context-bin: `, 25 bytes in base64, and the line's end.
    let line: Double = 22 + 36 + 2
    #expect(found["binary25/http1"]?[0] == line)
    let http1 = try #require(found["baseline/http1"])
    #expect(http1[0] == 0 && http1[2...] == [128, 77, 128])
    // Start line, `host: ctxchain`, `ctxchain: hops=3, deadline=10000000`, `content-length: 128`, the empty line; later calls
    // go to `s2` and `s3`, with a digit less of the deadline.
    let client = 17 + 16 + 37 + 21 + 2
    #expect(http1[1] == Double(client + 2 * (client - 6 - 1)) / 3, "\(http1)")
    #expect(found["b3/http1"]?[1...] == http1[1...] && found["b3"]?[1...] == [32, 128, 32, 128])
    // A line has a colon, a space and an end of two, as a field has two sizes of two.
    #expect(found["b3"]?[0] == found["b3/http1"]?[0])
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
