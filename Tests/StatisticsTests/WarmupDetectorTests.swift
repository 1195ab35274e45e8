import Statistics
import Testing

@Suite("MSER-5")
struct WarmupDetectorTests {
  /// Windows whose means over 5 are the given ones, with an uneven inside.
  static func windows(_ batchMeans: [Double]) -> [Double] {
    batchMeans.flatMap { [$0 - 2, $0 + 1, $0, $0 + 3, $0 - 2] }
  }

  @Test(
    "discards what the statistic worked out by hand says",
    arguments: [
      // One slow batch: the rest has no variance at all.
      ([0, 10, 10, 10, 10, 10], 5, true),
      // d = 0…3: 38/36, 8/25, 3/16, 2.67/9: the least is 3/16. Halves 11 and 10.
      ([4, 8, 10, 12, 10, 10], 10, true),
      // A ramp: 42/64, 28/49, 17.5/36, 10/25, 5/16: the end of the allowed range. Halves 5.5 and 7.5.
      ([1, 2, 3, 4, 5, 6, 7, 8], 20, false),
      // Steady from the start: all statistics are 0, the first one wins.
      ([7, 7, 7, 7], 0, true),
      // A late jump cannot be cut off, as at most half goes: 12/16, 10.67/9, 8/4. Halves 10, 12.
      ([10, 10, 10, 14], 0, false),
    ] as [([Double], Int, Bool)])
  func byHand(batchMeans: [Double], discarded: Int, steady: Bool) {
    let detector = WarmupDetector(windows: Self.windows(batchMeans))
    #expect(detector.discardedWindowCount == discarded)
    #expect(detector.isSteady == steady)
  }

  struct Case: Decodable {
    let windows: [Double]
    let discarded: Int
    let isSteady: Bool
  }

  @Test("agrees with numpy's variance of what is kept")
  func fixtures() throws {
    for known in try Fixture.cases("warmup") as [Case] {
      let detector = WarmupDetector(windows: known.windows)
      #expect(detector.discardedWindowCount == known.discarded && detector.isSteady == known.isSteady)
    }
  }

  @Test("never discards more than half, and is indifferent to windows beyond the last full batch")
  func properties() {
    for seed in UInt64(1)...200 {
      var generator = SeededGenerator(seed: seed)
      let windows = (0..<generator.next(below: 120)).map { _ in Double(generator.next(below: 1_000)) }
      let detector = WarmupDetector(windows: windows)
      #expect(detector.discardedWindowCount * 2 <= windows.count, "seed \(seed)")
      #expect(detector.discardedWindowCount.isMultiple(of: 5), "seed \(seed)")
      let full = Array(windows.prefix(windows.count / 5 * 5))
      #expect(WarmupDetector(windows: full) == detector, "seed \(seed)")
    }
  }

  @Test("does not depend on the unit of the throughput")
  func scale() {
    let windows = Self.windows([4, 8, 10, 12, 10, 10])
    #expect(WarmupDetector(windows: windows.map { $0 * 1_024 }) == WarmupDetector(windows: windows))
  }

  @Test("calls too few windows, and windows without any completion, not steady", arguments: [0, 4, 5, 19])
  func tooFew(count: Int) {
    #expect(!WarmupDetector(windows: Array(repeating: 5, count: count)).isSteady)
    #expect(!WarmupDetector(windows: Array(repeating: 0, count: 100)).isSteady)
  }
}
