// What a plan accepts and refuses, and how many batches fit a time.

import Context
import Laboratory
import Propagation
import Testing

@Suite("A bench's plan")
struct BenchPlanTests {
  private func plan(
    stores: [String]? = nil, propagators: [String]? = nil, layers: [Int] = [1], seconds: Double = 1
  ) throws -> BenchPlan {
    try BenchPlan(stores: stores, propagators: propagators, layers: layers, seconds: seconds, seed: 1)
  }

  @Test("takes every store that holds entries and every propagator, unless some are named")
  func names() throws {
    #expect(try plan().stores == StoreKind.allCases.filter { $0.makeContext().holdsEntries })
    #expect(try plan().propagators == PropagatorRegistry.names)
    #expect(try plan(stores: ["packed", "map"]).stores == [.packed, .map])
    #expect(try plan(propagators: ["schema"]).propagators == ["schema"])
  }

  @Test("refuses an unknown name, and one that is named twice")
  func wrongNames() {
    #expect(throws: LaboratoryError.namedTwice(option: "--stores", name: "map")) { try plan(stores: ["map", "map"]) }
    let known = BenchPlan.storesKnown.map(\.rawValue)
    for name in ["none", "", "Map"] {
      #expect(throws: LaboratoryError.unknownName(option: "--stores", name: name, known: known)) {
        try plan(stores: [name])
      }
    }
    #expect(throws: LaboratoryError.self) { try plan(propagators: ["tracecontext", "b4"]) }
  }

  @Test("takes 1 to 85 layers, each number once")
  func layers() throws {
    #expect(BenchPlan.layersMax == 85)
    #expect(try plan(layers: [1, 85]).layers == [1, 85])
    for wrong in [[0], [86], [-1], [], [2, 2]] {
      #expect(throws: LaboratoryError.self) { try plan(layers: wrong) }
    }
  }

  @Test("takes times of 10 ms to an hour")
  func time() throws {
    for seconds in [0.01, 3_600] { #expect(try plan(seconds: seconds).seconds == seconds) }
    for seconds in [0.009, 3_601, .infinity, .nan] {
      #expect(throws: LaboratoryError.self) { try plan(seconds: seconds) }
    }
  }

  @Test("has as many batches as fit the time, at least 11 and at most 1001")
  func batches() throws {
    #expect(try plan(seconds: 0.01).batchCount(caseCount: 500) == 11)
    #expect(try plan(seconds: 1).batchCount(caseCount: 40) == 20)
    #expect(try plan(seconds: 3_600).batchCount(caseCount: 1) == 1_001)
    #expect(try plan().batchCount(caseCount: 0) == 11)
  }
}
