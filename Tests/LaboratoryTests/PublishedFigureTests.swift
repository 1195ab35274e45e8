// When a claim in circulation counts as seen here.

import Laboratory
import Results
import Statistics
import Testing

@Suite("Published figures")
struct PublishedFigureTests {
  private typealias Values = PublishedValues

  private func figure(
    _ subject: BenchSubject, nanoseconds: Double, allocations: Double = 0, bytes: Double = 0, carrier: Int? = nil
  ) -> BenchFigure {
    BenchFigure(
      subject: subject, nanosecondsPerOperation: Spread([nanoseconds])!, operationsPerBatch: 1,
      allocationsPerOperation: allocations, allocatedBytesPerOperation: bytes, carrierBytes: carrier)
  }

  private func row(_ start: String, of figures: [BenchFigure]) throws -> PublishedFigure {
    try #require(PublishedFigure.all(beside: figures).first { $0.claim.hasPrefix(start) })
  }

  @Test("A time or a ratio is seen within a factor of two, an allocation or a byte when it is equal")
  func rules() {
    for (value, verdict) in [(5.0, PublishedFigure.Verdict.seen), (20, .seen), (4.99, .notSeen), (20.1, .notSeen)] {
      #expect(PublishedFigure.verdict(Values(nanoseconds: 10), Values(nanoseconds: value)) == verdict)
      #expect(PublishedFigure.verdict(Values(ratio: 10), Values(ratio: value)) == verdict)
    }
    for (value, verdict) in [(2.1, PublishedFigure.Verdict.seen), (2.14, .seen), (2.2, .notSeen), (2, .notSeen)] {
      #expect(PublishedFigure.verdict(Values(allocations: 2.1), Values(allocations: value)) == verdict)
      #expect(PublishedFigure.verdict(Values(bytes: 2.1), Values(bytes: value)) == verdict)
    }
  }

  @Test("A claim of several figures is partly seen when some of them are; what one side lacks is not judged")
  func severalFigures() {
    let claim = Values(nanoseconds: 10, allocations: 2, bytes: 48)
    #expect(PublishedFigure.verdict(claim, Values(nanoseconds: 11, allocations: 2, bytes: 48)) == .seen)
    #expect(PublishedFigure.verdict(claim, Values(nanoseconds: 11, allocations: 3, bytes: 48)) == .partly)
    #expect(PublishedFigure.verdict(claim, Values(nanoseconds: 99, allocations: 3, bytes: 0)) == .notSeen)
    #expect(PublishedFigure.verdict(claim, Values(nanoseconds: 11)) == .seen)
    #expect(PublishedFigure.verdict(claim, Values(ratio: 1)) == .notMeasured)
    #expect(PublishedFigure.verdict(claim, Values()) == .notMeasured)
  }

  @Test("Without figures every claim is there, and none is judged")
  func nothingMeasured() {
    let rows = PublishedFigure.all(beside: [])
    #expect(rows.count == 12)
    #expect(rows.allSatisfy { $0.verdict == .notMeasured })
    #expect(rows.allSatisfy { $0.measured == PublishedValues() && $0.published != PublishedValues() })
  }

  @Test("Each claim is held against the case that it names")
  func cases() throws {
    func store(_ operation: BenchOperation, _ store: String, _ growth: String, _ layers: Int = 1) -> BenchSubject {
      BenchSubject(operation, store: store, growth: growth, layers: layers)
    }
    let figures = [
      figure(store(.first, "value-chain", "distinct", 1), nanoseconds: 10),
      figure(store(.first, "value-chain", "distinct", 5), nanoseconds: 80, allocations: 4),
      figure(store(.set, "map", "distinct"), nanoseconds: 6, allocations: 2, bytes: 48),
      figure(store(.newest, "map", "distinct"), nanoseconds: 2, allocations: 0.1),
      figure(store(.cast, "map", "shadow"), nanoseconds: 100), figure(store(.cast, "struct", "shadow"), nanoseconds: 4),
      figure(store(.newest, "packed", "shadow"), nanoseconds: 1),
      figure(
        BenchSubject(.inject, store: "packed", propagator: "packed", content: "standard"), nanoseconds: 1, carrier: 24),
    ]
    #expect(try row("value-chain: get of the oldest of 1", of: figures).verdict == .seen)
    #expect(try row("value-chain: get of the oldest of 3", of: figures).verdict == .notMeasured)
    #expect(try row("value-chain: get of the oldest of 5", of: figures).verdict == .seen)
    #expect(try row("value-chain: 5 layers", of: figures).measured == Values(ratio: 8))
    let map = try row("map: set and get", of: figures)
    #expect(map.measured == Values(nanoseconds: 8, allocations: 2.1, bytes: 48))
    #expect(map.verdict == .seen)
    #expect(try row("map: get and cast beside", of: figures).measured == Values(ratio: 25))
    #expect(try row("map: get and cast beside", of: figures).verdict == .notSeen)
    #expect(try row("pooled-map", of: figures).verdict == .notMeasured)
    let pooled = figures + [figure(store(.set, "pooled-map", "distinct"), nanoseconds: 5, allocations: 0.0254)]
    #expect(try row("pooled-map", of: pooled).measured == Values(allocations: 127))
    #expect(try row("pooled-map", of: pooled).verdict == .seen)
    #expect(try row("packed", of: figures).measured == Values(nanoseconds: 1, allocations: 0, bytes: 24))
    #expect(try row("packed", of: figures).verdict == .seen)
    #expect(try row("struct: get", of: figures).verdict == .notMeasured)
  }
}
