// `ctxchain bench` as a user runs it: exact counts, a document that its schema accepts, one line for a wrong argument.

import Foundation
import Testing

@Suite("Bench")
struct BenchTests {
  /// The figures of a run with these arguments, as the JSON has them.
  private func figures(_ arguments: [String]) throws -> [[String: Any]] {
    let program = try Program(["bench", "--time", "10ms", "--json", "-"] + arguments)
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try #require(JSONSerialization.jsonObject(with: Data(program.out.utf8)) as? [String: Any])
    return try #require(document["figures"] as? [[String: Any]])
  }

  private struct Counts: Equatable, CustomStringConvertible {
    var allocations: Double
    var bytes: Double

    var description: String { "\(allocations) allocations, \(bytes) bytes" }
  }

  /// By what names a case, joined with blanks; nil under a sanitizer.
  private func counts(_ figures: [[String: Any]]) throws -> [String: Counts]? {
    var result: [String: Counts] = [:]
    for figure in figures {
      let subject = try #require(figure["subject"] as? [String: Any])
      let words = ["strategy", "store", "growth", "layers", "propagator", "content", "operation"]
      let name = words.compactMap { subject[$0].map { "\($0)" } }.joined(separator: " ")
      guard let allocations = figure["allocationsPerOperation"] as? Double,
        let bytes = figure["allocatedBytesPerOperation"] as? Double
      else { return nil }
      result[name] = Counts(allocations: allocations, bytes: bytes)
    }
    #expect(result.count == figures.count)
    return result
  }

  @Test(
    "Allocations of stores are exact",
    .enabled(if: CountTests.isOptimised, "a debug build allocates where an optimised one does not"))
  func storeCounts() throws {
    guard let counts = try counts(figures(["--layers", "1,5,64", "--propagators", "none"])) else { return }
    for (name, count) in counts {
      let words = name.split(separator: " ")
      let operation = words.last!
      switch (words[0], operation) {
      case ("packed", _), (_, "first"), (_, "newest"), (_, "missing"), (_, "cast"):
        #expect(count == Counts(allocations: 0, bytes: 0), "\(name)")
      case ("value-chain", "derive"):
        #expect(count.allocations == 1, "\(name)")
      case ("map", "derive"):
        // A box for the span context.
        #expect(count.allocations == 1, "\(name)")
      case ("struct", "derive"):
        #expect(count == Counts(allocations: 0, bytes: 0), "\(name)")
      default: break
      }
    }
    for layers in [1, 5, 64] {
      // A node per key, and a third of the keys of each kind: of `shadow` one is a text of 16 bytes, of `distinct` two.
      for (growth, textCount) in [("shadow", 1.0), ("distinct", 2.0)] {
        let set = try #require(counts["value-chain \(growth) \(layers) set"])
        #expect(abs(set.allocations - 1 - textCount / 3) < 1e-9, "\(growth) \(layers): \(set)")
      }
      // Its texts are bytes, in fields or in room that it keeps.
      for growth in ["shadow", "distinct"] {
        #expect(counts["struct \(growth) \(layers) set"] == Counts(allocations: 0, bytes: 0), "\(growth) \(layers)")
      }
    }
  }

  @Test(
    "Allocations of propagators and hops are exact, and the same in every run and order",
    .enabled(if: CountTests.isOptimised, "a debug build allocates where an optimised one does not"))
  func propagatorCounts() throws {
    guard let counts = try counts(figures(["--layers", "1"])) else { return }
    let others = try #require(try self.counts(figures(["--layers", "1", "--seed", "2"])))
    #expect(others.count == counts.count)
    // A dictionary has its keys in an order of its own each time, and the text grows by it.
    for (name, count) in counts where !name.contains("json-map") { #expect(others[name] == count, "\(name)") }
    let none = Counts(allocations: 0, bytes: 0)
    for case (let store, let propagator) in [("none", "none"), ("none", "opaque"), ("packed", "packed")] {
      for content in ["standard", "full"] {
        for operation in ["inject", "extract"] {
          #expect(counts["\(store) \(propagator) \(content) \(operation)"] == none, "\(propagator) \(operation)")
        }
      }
    }
    #expect(counts["struct binary25 full extract"] == none)
    #expect(counts["struct schema standard extract"] == none)
    for hop in ["packed packed packed", "struct struct schema", "binary25 struct binary25"] {
      #expect(counts["\(hop) hop"] == none, "\(hop)")
    }
    let jsonHop = try #require(counts["map map json-map hop"])
    let chainHop = try #require(counts["value-chain value-chain tracecontext,baggage hop"])
    #expect(jsonHop.allocations > chainHop.allocations && chainHop.allocations > 3)
  }

  @Test("The bytes on the carrier are known, whatever the build")
  func carrierBytes() throws {
    for figure in try figures(["--layers", "1", "--stores", "packed"]) {
      let subject = try #require(figure["subject"] as? [String: Any])
      switch subject["propagator"] as? String {
      case nil: #expect(figure["carrierBytes"] == nil)
      case "none": #expect(figure["carrierBytes"] as? Int == 0)
      case "binary25": #expect(figure["carrierBytes"] as? Int == 25)
      default: #expect(try #require(figure["carrierBytes"] as? Int) > 25)
      }
    }
  }

  @Test("The example in the help works as printed, and prints every table")
  func example() throws {
    let help = try Program.run("bench", "--help")
    #expect(help.status == 0)
    let line = try #require(help.out.split(separator: "\n").first { $0.contains("Example: ctxchain bench ") })
    let words = line.split(separator: " ").map(String.init).drop { $0 != "bench" }
    let program = try Program(Array(words))
    #expect(try program.wait() == 0, "\(program.error)")
    for start in ["Stores, growth shadow", "Stores, growth distinct", "Propagators", "The context work", "Claims"] {
      #expect(program.out.contains("\n" + start), "\(start)")
    }
    #expect(program.out.split(separator: "\n").allSatisfy { $0.count <= 120 })
    #expect(program.out.contains("checksum"))
    #expect(program.error.isEmpty)
  }

  @Test("The JSON that it writes is what the schema says, also without stores' neighbours")
  func schema() throws {
    let schema = Program.root.appending(path: "docs/schema/bench-result-1.schema.json").path
    let tool = Program.root.appending(path: "scripts/validate-json").path
    for arguments in [["--layers", "2,85"], ["--stores", "struct", "--propagators", "schema", "--layers", "1"]] {
      let program = try Program(["bench", "--time", "10ms", "--json", "-"] + arguments)
      #expect(try program.wait() == 0, "\(program.error)")
      #expect(program.error.contains("Claims in circulation"))
      for python in ["python3", "/usr/bin/python3"] {
        let status = system("\(python) '\(tool)' '\(schema)' '\(program.file("out"))' > /dev/null 2>&1") >> 8
        // The module jsonschema is missing, or Python is.
        if status == 3 || status == 127 { continue }
        #expect(status == 0)
        break
      }
    }
  }

  @Test(
    "A wrong argument is one line and status 2",
    arguments: [
      (["--stores", "mpa"], ["--stores", "mpa", "map"]), (["--stores", "none"], ["--stores", "none"]),
      (["--stores", ""], ["--stores"]), (["--propagators", "b4"], ["--propagators", "b4", "baggage"]),
      (["--propagators", "packed,packed"], ["--propagators", "twice"]), (["--layers", "0"], ["--layers", "85", "0"]),
      (["--layers", "86"], ["--layers", "85"]), (["--layers", "1,,2"], ["--layers", "numbers"]),
      (["--layers", "1,1"], ["--layers", "twice"]), (["--time", "1ms"], ["--time", "10ms"]),
    ])
  func wrongArgument(arguments: [String], parts: [String]) throws {
    let program = try Program(["bench"] + arguments)
    #expect(try program.wait() == 2, "\(program.error)")
    #expect(program.error.split(separator: "\n").count == 1, "\(program.error)")
    for part in parts { #expect(program.error.contains(part), "\(program.error)") }
    #expect(program.out.isEmpty)
  }

  @Test("A file that cannot be written is one line and status 1, before anything is measured")
  func unwritable() throws {
    let run = try Program.run("bench", "--json", "/nonexistent/x.json")
    #expect(run.status == 1)
    #expect(run.error.contains("/nonexistent/x.json") && run.error.split(separator: "\n").count == 1)
    #expect(run.out.isEmpty)
  }
}
