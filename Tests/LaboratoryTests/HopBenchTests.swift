import Context
import Laboratory
import Propagation
import Results
import Statistics
import Testing

@Suite("Hops in one process")
struct HopBenchTests {
  private func setting(_ preset: String, _ growth: ContextGrowth = .shadow, layer: Int = 1) throws -> HopSetting {
    let strategy = try #require(Strategy.preset(named: preset))
    return HopSetting(
      store: strategy.store, propagator: strategy.propagator, growth: growth, keysPerLayer: 3, layer: layer)
  }

  /// Bytes that arrive at a layer.
  private func arrivingSize(_ preset: String, _ growth: ContextGrowth, layer: Int) throws -> Int {
    try #require(HopCases.hop(try setting(preset, growth, layer: layer))?.carrierSize)
  }

  @Test("What arrives at a layer holds what the layers before have set: it grows with distinct names, and else not")
  func layers() throws {
    for preset in ["map", "value-chain", "packed"] {
      let first = try arrivingSize(preset, .distinct, layer: 1)
      let fourth = try arrivingSize(preset, .distinct, layer: 4)
      // Three layers of three keys, each a name of 4 bytes or more and 16 digits.
      #expect(fourth >= first + 9 * 20, "\(preset): \(first), \(fourth)")
      #expect(try arrivingSize(preset, .shadow, layer: 1) == arrivingSize(preset, .shadow, layer: 4), "\(preset)")
    }
    #expect(try arrivingSize("binary25", .distinct, layer: 4) == 25)
    #expect(try arrivingSize("baseline", .distinct, layer: 4) == 0)
  }

  @Test("The bytes that opaque carries are as many as ordered")
  func opaque() throws {
    for size in [0, 1, 1000] {
      let setting = HopSetting(store: .none, propagator: "opaque", keysPerLayer: 3, opaqueSize: size)
      #expect(HopCases.hop(setting)?.carrierSize == size)
    }
  }

  @Test("Arrivals and hops get figures of their own, in the order of the settings, by a clock that is handed in")
  func figures() throws {
    let presets = ["packed", "map", "baseline"]
    // A clock that moves by a microsecond per reading: every batch takes as long as its two readings are apart.
    var now: Int64 = 0
    let bench = HopBench(
      try presets.map { try setting($0) }, seed: 1,
      now: {
        now += 1_000_000
        return now
      }, readMeter: { nil })
    let figures = bench.run()
    #expect(figures.count == presets.count)
    for figure in figures {
      let figure = try #require(figure)
      // One repetition fills a batch by this clock.
      #expect(
        figure.arrival.nanosecondsPerOperation.median == 500_000
          || figure.arrival.nanosecondsPerOperation.median == 1_000_000)
      #expect(figure.hop.nanosecondsPerOperation.count == 21)
      #expect(figure.arrival.allocationsPerOperation == nil && figure.hop.allocationsPerOperation == nil)
    }
  }

  @Test("An unknown propagator has no figure, and takes none from others")
  func unknown() throws {
    let unknown = HopSetting(store: .map, propagator: "carrier-pigeon", keysPerLayer: 3)
    var now: Int64 = 0
    let figures = HopBench(
      [unknown, try setting("packed")], seed: 1,
      now: {
        now += 1_000_000
        return now
      }, readMeter: { AllocationReading(allocations: 0, allocatedSize: 0) }
    ).run()
    #expect(figures[0] == nil)
    #expect(figures[1]?.hop.allocationsPerOperation == 0)
  }

  @Test(
    "More cases get fewer batches each, within bounds", arguments: [(1, 21), (13, 21), (14, 20), (56, 5), (700, 5)])
  func batches(caseCount: Int, batchCount: Int) {
    #expect(HopBench.batchCount(caseCount: caseCount) == batchCount)
  }
}
