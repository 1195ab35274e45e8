// The cases do what they are named for, and the same under every store.

import Context
import Laboratory
import Propagation
import Results
import Testing

@Suite("A bench's cases")
struct BenchCasesTests {
  private func cases(
    stores: [String]? = nil, propagators: [String]? = nil, layers: [Int] = [1, 3, 85]
  ) throws -> [BenchCase] {
    BenchCases.make(
      try BenchPlan(stores: stores, propagators: propagators, layers: layers, seconds: 1, seed: 1))
  }

  @Test("are every operation of every store, growth and number of layers, and each once")
  func stores() throws {
    let all = try cases().map(\.subject)
    let perStore: [BenchOperation] = [.set, .first, .newest, .missing, .cast, .derive]
    for operation in perStore {
      #expect(all.count { $0.operation == operation } == BenchPlan.storesKnown.count * 2 * 3)
    }
    #expect(Set(all).count == all.count)
  }

  @Test("are inject and extract of every propagator and of the presets' combinations, and a hop of every preset")
  func propagators() throws {
    let all = try cases(layers: [1]).map(\.subject)
    let expected = Set(PropagatorRegistry.names + Strategy.presets.map(\.propagator))
    for operation in [BenchOperation.inject, .extract] {
      let found = all.filter { $0.operation == operation }
      #expect(Set(found.compactMap(\.propagator)) == expected)
      #expect(found.count == expected.count * 2)
    }
    #expect(all.filter { $0.operation == .hop }.compactMap(\.strategy) == Strategy.presets.map(\.name))
  }

  @Test("of a strategy are there when its store and all its propagators are")
  func chosen() throws {
    func hops(_ stores: [String]?, _ propagators: [String]?) throws -> [String] {
      try cases(stores: stores, propagators: propagators, layers: [1]).compactMap(\.subject.strategy)
    }
    #expect(try hops(["packed"], nil) == ["baseline", "opaque", "packed"])
    #expect(try hops(nil, ["baggage"]) == [])
    #expect(try hops(nil, ["baggage", "tracecontext"]) == ["value-chain", "swift"])
  }

  @Test("read the same values under every store", arguments: [BenchOperation.first, .newest, .missing, .cast, .derive])
  func equalReads(operation: BenchOperation) throws {
    for growth in ContextGrowth.allCases {
      let found = try cases().filter { $0.subject.operation == operation && $0.subject.growth == growth.rawValue }
      let results = found.map { benchCase in
        benchCase.prepare()
        return benchCase.run(5)
      }
      #expect(Set(results).count == 1)
      #expect(results[0] != 0)
    }
  }

  @Test("of reads find what is there and miss what is not")
  func reads() throws {
    func result(_ operation: BenchOperation) throws -> UInt64 {
      try #require(try cases(layers: [3]).first { $0.subject.operation == operation }).run(1)
    }
    var found = ContextChecksum()
    found.fold(integer: 16)
    var foundTenant = ContextChecksum()
    foundTenant.fold(integer: 15)
    var missed = ContextChecksum()
    missed.fold(integer: 0)
    var number = ContextChecksum()
    number.fold(integer: 1_000_001)
    #expect(try result(.first) == foundTenant.value)
    #expect(try result(.newest) == found.value)
    #expect(try result(.missing) == missed.value)
    #expect(try result(.cast) == number.value)
  }

  @Test("of a hop do the standard work on equal values wherever entries arrive")
  func equalHops() throws {
    let hops = try cases(layers: [1]).filter { $0.subject.operation == .hop }
    func read(_ strategy: String) throws -> UInt64 {
      let hop = try #require(hops.first { $0.subject.strategy == strategy })
      // What is left is the work's checksums: the rest is the size of the frame that was written.
      return hop.run(5) &- UInt64(hop.carrierSize! + 32)
    }
    let expected = try read("packed")
    for strategy in ["map", "pooled-map", "value-chain", "swift", "struct"] {
      #expect(try read(strategy) == expected, "\(strategy)")
    }
    for strategy in ["binary25", "b3"] { #expect(try read(strategy) != expected, "\(strategy)") }
    #expect(try read("baseline") == 0)
  }

  @Test("know the bytes on the carrier")
  func carrier() throws {
    let injects = try cases(layers: [1]).filter { $0.subject.operation == .inject }
    func size(_ propagator: String, _ content: String) -> Int? {
      injects.first { $0.subject.propagator == propagator && $0.subject.content == content }?.carrierSize
    }
    for content in ["standard", "full"] {
      #expect(size("none", content) == 0)
      #expect(size("binary25", content) == 25)
      #expect(size("opaque", content) == size("packed", content))
    }
    // 4 bytes of sizes, `traceparent` (11) and its 55 characters.
    #expect(size("tracecontext", "standard") == 4 + 11 + 55)
    // `tracestate` (10) and its 39 characters.
    #expect(size("tracecontext", "full") == 4 + 11 + 55 + 4 + 10 + 39)
    #expect(size("packed", "full")! > size("packed", "standard")!)
  }

  @Test("can be repeated: the same case gives the same twice")
  func repeatable() throws {
    for benchCase in try cases(layers: [1, 5]) {
      benchCase.prepare()
      let first = benchCase.run(3)
      benchCase.prepare()
      #expect(benchCase.run(3) == first, "\(benchCase.subject)")
    }
  }
}
