// `ctxchain lab leak` and `lab pressure` as a user runs them.

import Foundation
import Testing

@Suite("Laboratories")
struct LabTests {
  private func document(_ arguments: [String], status: [Int32] = [0]) throws -> (ResultDocument, Program) {
    let program = try Program(["lab"] + arguments + ["--json", "-"])
    #expect(status.contains(try program.wait()), "\(program.error)")
    #expect(program.children.isEmpty)
    return (try ResultDocument(path: program.file("out")), program)
  }

  @Test("leak: each request leaves a context in every service, its timer until the deadline; released, nothing stays")
  func leak() throws {
    let (document, program) = try document([
      "leak", "--deadline", "1s", "--duration", "400ms", "--rate", "100", "--depth", "3",
    ])
    #expect(program.error.contains("Shown: "))
    let check = try SchemaCheck.status(of: program.file("out"), schema: "leak-result-1.schema.json")
    #expect(check ?? 0 == 0)
    let chains = document.list("chains")
    #expect(chains.map { $0["name"] as? String } == ["leaking", "released"])
    for chain in chains {
      let requests = try #require(chain["requests"] as? Int)
      #expect(requests >= 40)
      let services = try #require(chain["services"] as? [[String: Any]])
      #expect(services.map { $0["name"] as? String } == ["s1", "s2", "s3"])
      for service in services {
        let samples = try #require(service["samples"] as? [[String: Any]])
        let last = try #require(samples.last)
        let isLeaking = chain["name"] as? String == "leaking"
        #expect(last["contexts"] as? Int == (isLeaking ? requests : 0))
        #expect(last["timers"] as? Int == 0 && last["requests"] as? Int == 0)
        if isLeaking { #expect(samples.compactMap { $0["timers"] as? Int }.max() ?? 0 > requests / 2) }
      }
    }
    let verdict = try #require(document.root["verdict"] as? [String: Any])
    #expect(verdict["isShown"] as? Bool == true)
  }

  @Test(
    "pressure: the boxed map takes more allocations and bytes than the typed struct, and, optimized, more references")
  func pressure() throws {
    // A machine that is busy with other tests may not hold the rate, and says so.
    let (document, program) = try document(
      ["pressure", "--rate", "200", "--rounds", "1", "--trial", "300ms"], status: [0, 4])
    let check = try SchemaCheck.status(of: program.file("out"), schema: "pressure-result-2.schema.json")
    #expect(check ?? 0 == 0)
    let sides = document.list("sides")
    #expect(sides.map { $0["store"] as? String } == ["map", "struct"])
    #if DEBUG
      let counts = ["allocations", "allocatedBytes"]
    #else
      let counts = ["allocations", "allocatedBytes", "retains", "releases"]
    #endif
    for count in counts {
      let values = sides.compactMap { $0[count] as? Double }
      try #require(values.count == 2, "\(count)")
      #expect(values[0] > values[1], "\(count) \(values)")
    }
    #expect(program.error.contains("A boxed map and a typed struct"))
  }

  @Test("pressure: a rate that no machine holds is told, with status 4")
  func tooFast() throws {
    let (document, program) = try document(
      ["pressure", "--rate", "2000000", "--depth", "1", "--rounds", "1", "--trial", "300ms"], status: [4])
    #expect(document.root["holdsRate"] as? Bool == false)
    #expect(program.error.contains("This machine does not hold"))
  }

  @Test("Ctrl-C ends the leak laboratory with status 130, and no process left")
  func interrupted() throws {
    let program = try Program(["lab", "leak", "--deadline", "1m"])
    try program.until("the load", seconds: 60) { program.error.contains("started 8 processes") }
    program.signal(SIGINT)
    #expect(try program.wait(seconds: 30) == 130, "\(program.error)")
    #expect(program.children.isEmpty)
  }
}
