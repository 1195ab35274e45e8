import Glibc
import Statistics
import Testing

@Suite("A search for capacity")
struct CapacitySearchTests {
  private struct Run {
    var search: CapacitySearch
    var probes: [(probe: CapacitySearch.Probe, holds: Bool)] = []

    init(peak: Double, _ oracle: (Double) -> Bool) {
      search = CapacitySearch(peak: peak)
      while let probe = search.next, probes.count <= 1_000 {
        let holds = oracle(probe.rate)
        search.answer(holds: holds)
        probes.append((probe, holds))
      }
    }
  }

  @Test("brackets a sharp limit within 5 %, asks both ends twice, and nothing else twice")
  func monotone() throws {
    var random = SeededGenerator(seed: 21)
    for _ in 0..<2_000 {
      let peak = exp(random.nextUnit() * 12)
      let limit = peak * (0.0101 + random.nextUnit() * 1.98)
      let run = Run(peak: peak) { $0 <= limit }
      let low = try #require(run.search.highestHeld)
      let high = try #require(run.search.lowestFailed)
      #expect(low <= limit && limit < high && high / low <= CapacitySearch.bracketRatioMax)
      #expect(!run.search.isWidened && run.search.isConfirmed && run.probes.count <= CapacitySearch.probeCountMax)
      let rates = run.probes.map(\.probe.rate)
      #expect(rates.filter { $0 == low }.count == 2 && rates.filter { $0 == high }.count == 2)
      #expect(Set(rates).count == rates.count - 2)
      #expect(run.probes.suffix(2).allSatisfy { $0.probe.purpose == .confirmation })
    }
  }

  @Test("goes up the ladder, and down to its lowest rung only when the next does not hold")
  func ladder() {
    let rising = Run(peak: 1_000) { $0 < 600 }.probes.filter { $0.probe.purpose == .ladder }
    #expect(rising.map(\.probe.rate) == [100, 250, 500, 750])
    let low = Run(peak: 1_000) { $0 < 60 }.probes.filter { $0.probe.purpose == .ladder }
    #expect(low.map(\.probe.rate) == [100, 10])
  }

  @Test("finds nothing when nothing holds, after three probes")
  func nothing() {
    let run = Run(peak: 1_000) { _ in false }
    #expect(run.search.highestHeld == nil && run.search.lowestFailed == 10)
    #expect(run.probes.map(\.probe.rate) == [100, 10, 10])
  }

  @Test("has no upper end when the whole ladder holds")
  func open() {
    let run = Run(peak: 1_000) { _ in true }
    #expect(run.search.highestHeld == 2_000 && run.search.lowestFailed == nil)
    #expect(run.probes.count == CapacitySearch.ladder.count)
  }

  @Test("ends with random answers too, with the ends in order and each rate asked at most twice")
  func noisy() {
    var random = SeededGenerator(seed: 22)
    var widenedCount = 0
    for share in [0.05, 0.3, 0.5] {
      for _ in 0..<1_000 {
        let limit = 100 + random.nextUnit() * 1_500
        let run = Run(peak: 1_000) { rate in (rate <= limit) != (random.nextUnit() < share) }
        #expect(run.probes.count <= CapacitySearch.probeCountMax)
        let counts = Dictionary(grouping: run.probes, by: \.probe.rate).mapValues(\.count)
        #expect(counts.values.allSatisfy { $0 <= 2 })
        if let low = run.search.highestHeld, let high = run.search.lowestFailed { #expect(low < high) }
        if run.search.isWidened { widenedCount += 1 }
        if !run.search.isConfirmed {
          #expect(run.probes.count == CapacitySearch.probeCountMax)
          continue
        }
        if let low = run.search.highestHeld {
          #expect(run.probes.filter { $0.probe.rate == low }.map(\.holds) == [true, true])
          let high = run.search.lowestFailed ?? .infinity
          #expect(run.search.isWidened || high == .infinity || high / low <= CapacitySearch.bracketRatioMax)
        }
        if let high = run.search.lowestFailed {
          #expect(run.probes.filter { $0.probe.rate == high }.map(\.holds) == [false, false])
        }
      }
    }
    #expect(widenedCount > 100)
  }

  @Test("A lower end that flips is given up for a rate below it, and lies inside the interval")
  func lowerFlip() throws {
    var answers: [Double: Int] = [:]
    let run = Run(peak: 1_000) { rate in
      answers[rate, default: 0] += 1
      return rate < 600 && !(answers[rate] == 2 && rate > 570)
    }
    #expect(run.search.isWidened && run.search.isConfirmed)
    let low = try #require(run.search.highestHeld)
    let high = try #require(run.search.lowestFailed)
    #expect(low <= 570 && low > 500 && high >= 600 && high < 640)
  }

  @Test("An upper end that flips is given up for a rate above it, up the ladder where there is none")
  func upperFlip() throws {
    var answers: [Double: Int] = [:]
    // 250 does not hold the first time, which is wrong: the limit is 400.
    let run = Run(peak: 1_000) { rate in
      answers[rate, default: 0] += 1
      return rate < 400 && !(answers[rate] == 1 && rate == 250)
    }
    let low = try #require(run.search.highestHeld)
    let high = try #require(run.search.lowestFailed)
    #expect(low < 400 && high >= 400 && high / low <= CapacitySearch.bracketRatioMax)
    #expect(!run.search.isWidened && run.search.isConfirmed)
  }

  @Test("A limit that comes and goes gives ends that were seen to differ")
  func gaps() throws {
    // Holds below 300 and, again, from 600 to 800.
    let run = Run(peak: 1_000) { $0 < 300 || (600..<800).contains($0) }
    let low = try #require(run.search.highestHeld)
    let high = try #require(run.search.lowestFailed)
    #expect(low < 300 && high >= 300 && high / low <= CapacitySearch.bracketRatioMax)
  }
}
