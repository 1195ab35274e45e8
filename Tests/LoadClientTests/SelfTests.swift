// The client against what theory says it must see, in virtual time: a server that stands still, a queue of known waiting
// times, and the scatter of Poisson arrivals (docs/MEASUREMENT.md).

import Control
import LoadClient
import Statistics
import Testing

/// One server that takes requests in turn, each for the same time, and stands still once.
private final class FixedServer {
  let serviceTime: Int64
  var stall: Range<Int64> = 0..<0
  private var freeAt: Int64 = 0

  init(serviceTime: Int64) { self.serviceTime = serviceTime }

  func answer(_ arrival: Arrival) -> Answer {
    var begin = max(arrival.time, freeAt)
    if stall.contains(begin) { begin = stall.upperBound }
    freeAt = begin + serviceTime
    return .reply(after: freeAt - arrival.time)
  }
}

@Suite("Self-tests in virtual time")
struct SelfTests {
  /// In a window of T at a constant rate and load ρ, a server that stands still for S delays S / (1 − ρ) of the time's
  /// requests, evenly from S down to 0: x_q = S − (1 − q)(1 − ρ)T.
  @Test("A server that stood still shows in the quantiles as theory says", arguments: [0.5, 2, 4])
  func stall(stallSeconds: Double) throws {
    let (rate, window, serviceTime) = (2000.0, 10.0, 25_000 as Int64)
    let load = try VirtualLoad(
      .trial(.open(rate: rate, poisson: false), window: Int64(window) * second, timeout: 20 * second))
    let server = FixedServer(serviceTime: serviceTime)
    let start = load.now + 3 * second
    server.stall = start..<(start + Int64(stallSeconds * 1e9))
    load.answer = server.answer
    let outcome = try #require(load.perform())
    #expect(outcome.responseTime.count == UInt64(rate * window))
    #expect(outcome.ledger.completed == outcome.ledger.planned)
    let busy = rate * Double(serviceTime) / 1e9
    #expect(busy <= 0.05)
    var checkedCount = 0
    for quantile in [0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995] where quantile > 1 - stallSeconds / ((1 - busy) * window) {
      let expected = stallSeconds - (1 - quantile) * (1 - busy) * window
      let found = Double(outcome.responseTime.percentile(quantile * 100)) / 1e9
      #expect(abs(found - expected) <= 0.05 * expected, "P\(quantile * 100): \(found) s, not \(expected) s")
      checkedCount += 1
    }
    #expect(checkedCount >= 3)
  }

  @Test("The mean wait in a queue with Poisson arrivals and a fixed service time is ρD / 2(1 − ρ)", arguments: 1...3)
  func waitingTime(seed: UInt64) throws {
    let serviceTime: Int64 = 500_000
    let load = try VirtualLoad(
      .trial(.open(rate: 1000, poisson: true), requestCount: 30_000, seed: seed))
    load.answer = FixedServer(serviceTime: serviceTime).answer
    let outcome = try #require(load.perform())
    #expect(outcome.responseTime.count == 30_000)
    let elapsed = Double(outcome.windowNanoseconds)
    let busy = 30_000 * Double(serviceTime) / elapsed
    let expected = busy * Double(serviceTime) / (2 * (1 - busy))
    let found = outcome.responseTime.mean - Double(serviceTime)
    #expect(abs(found - expected) <= 0.1 * expected, "\(found) ns, not \(expected) ns at a load of \(busy)")
  }

  @Test("Poisson arrivals scatter as they must: the index of dispersion is 1, and that of uniform ones is 0")
  func dispersion() throws {
    func index(_ poisson: Bool, _ seed: UInt64) throws -> Double {
      let load = try VirtualLoad(.trial(.open(rate: 1000, poisson: poisson), window: 10 * second, seed: seed))
      load.answer = { _ in .reply(after: 1000) }
      let start = load.now
      try #require(load.perform() != nil)
      var counts = [Double](repeating: 0, count: SelfTests.intervalCount)
      for arrival in load.arrivals {
        let interval = Int((arrival.time - start) / (50 * millisecond))
        if interval < counts.count { counts[interval] += 1 }
      }
      let mean = counts.reduce(0, +) / Double(counts.count)
      let variance = counts.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(counts.count - 1)
      return variance / mean
    }
    let bound = 2 * (2 / Double(SelfTests.intervalCount - 1)).squareRoot()
    for seed in [1, 2, 3] as [UInt64] {
      let found = try index(true, seed)
      #expect(abs(found - 1) <= bound, "seed \(seed): \(found), not 1 ± \(bound)")
    }
    #expect(try index(false, 1) < 0.1)
  }

  private static let intervalCount = 200
}
