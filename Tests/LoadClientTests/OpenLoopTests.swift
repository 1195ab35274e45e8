// A trial whose requests have planned times, in virtual time.

import Control
import LoadClient
import Statistics
import Testing

@Suite("An open loop")
struct OpenLoopTests {
  @Test(
    "sends request i at start + i / rate, without an error that grows",
    arguments: [(3.0, 60), (1000, 3), (7777.7, 1)] as [(Double, Int64)])
  func closedForm(rate: Double, seconds: Int64) throws {
    let load = try VirtualLoad(.trial(.open(rate: rate, poisson: false), window: seconds * second))
    let start = load.now
    let outcome = try #require(load.perform())
    #expect(load.arrivals.count > Int(Double(seconds) * rate * 0.99))
    for (index, arrival) in load.arrivals.enumerated() {
      #expect(arrival.time == start + ArrivalPlan.uniformOffset(of: UInt64(index), rate: rate))
    }
    #expect(outcome.sendLag?.max == 0)
  }

  @Test("sends by plan whatever has come back, and starts new requests while all others wait")
  func open() throws {
    let load = try VirtualLoad(
      .trial(.open(rate: 1000, poisson: false), requestCount: 300, timeout: second, drain: second))
    load.answer = { _ in .none }
    var mostWaiting = 0
    load.observe = { mostWaiting = max(mostWaiting, load.waiting.count) }
    let outcome = try #require(load.perform())
    #expect(mostWaiting == 300)
    #expect(outcome.ledger == Ledger(planned: 300, timedOut: 300))
  }

  @Test("counts and times every request that was planned while the client itself was held up, from its intended time")
  func lateClient() throws {
    let load = try VirtualLoad(.trial(.open(rate: 1000, poisson: false), window: second))
    load.answer = { _ in .reply(after: millisecond / 2) }
    let stall = load.now + 100_700_000
    // The process sleeps for 200 ms: nothing of it runs.
    load.at(stall) { load.hold(until: stall + 200 * millisecond) }
    let outcome = try #require(load.perform())
    #expect(outcome.ledger.planned == outcome.ledger.completed)
    #expect(outcome.ledger.planned == UInt64(load.arrivals.count))
    // Requests 101 to 300 were sent at 300.7 ms: the first of them 199.7 ms late, the last 0.7 ms.
    #expect(load.arrivals.count { $0.time == stall + 200 * millisecond } == 200)
    #expect(outcome.sendLag?.count == 1000)
    #expect(outcome.responseTime.count == 1000)
    #expect(outcome.sendLag?.max == 199_700_000)
    #expect(outcome.responseTime.max == 200_200_000)
    #expect(outcome.serviceTime?.max == millisecond / 2)
    #expect(abs(outcome.responseTime.percentile(90) - 100 * millisecond) < 2 * millisecond)
  }

  @Test("counts every request that was planned while the callee stood still, the late ones late")
  func stalledCallee() throws {
    let load = try VirtualLoad(.trial(.open(rate: 1000, poisson: false), window: second))
    let start = load.now
    let (stalls, goesOn) = (start + 200 * millisecond, start + 700 * millisecond)
    load.answer = { arrival in
      (stalls..<goesOn).contains(arrival.time) ? .reply(after: goesOn - arrival.time) : .reply(after: 1000)
    }
    let outcome = try #require(load.perform())
    #expect(outcome.responseTime.count == 1000)
    #expect(outcome.sendLag?.max == 0)
    #expect(abs(outcome.responseTime.max - 500 * millisecond) < millisecond)
    // Half of the requests wait; their times are spread evenly over 0…500 ms.
    for (percentile, expected) in [(60.0, 100.0), (75, 250), (90, 400)] {
      let found = Double(outcome.responseTime.percentile(percentile)) / Double(millisecond)
      #expect(abs(found - expected) < 2, "P\(percentile) is \(found) ms")
    }
  }

  @Test("counts what was due in the window and not sent when it closed, uniform and poisson", arguments: [false, true])
  func unsent(poisson: Bool) throws {
    let load = try VirtualLoad(.trial(.open(rate: 1000, poisson: poisson), window: second))
    let start = load.now
    // The process sleeps from 900 ms on until after the window's end.
    load.at(start + 900 * millisecond) { load.hold(until: start + 1100 * millisecond) }
    let outcome = try #require(load.perform())
    let (opened, closed) = (try #require(load.windowOpened), try #require(load.windowClosed))
    #expect(closed == start + 1100 * millisecond)
    var plan = ArrivalPlan(rate: 1000, arrival: poisson ? .poisson(seed: 1) : .uniform)
    let times = (0..<2000).map { _ in start + plan.next() }
    // What was sent at the very moment of the opening was sent before it.
    let due = times.filter { $0 > opened && $0 < closed }
    let unsent = try #require(outcome.unsentCount)
    #expect(unsent == UInt64(due.count { $0 > start + 900 * millisecond }) && unsent > 100)
    #expect((outcome.sendLag?.count ?? 0) + unsent == UInt64(due.count))
    #expect(outcome.ledger.planned == UInt64(times.count { $0 <= start + 900 * millisecond }))
    #expect(outcome.ledger.isBalanced)
  }

  @Test("ends its window in time, and takes replies, at a rate above what it can send")
  func tooHighARate() throws {
    // A request is due every microsecond, and every look at the clock takes ten.
    let load = try VirtualLoad(
      .trial(.open(rate: 1e6, poisson: false), window: 20 * millisecond), readingNanoseconds: 10_000)
    let outcome = try #require(load.perform())
    #expect(outcome.windowNanoseconds < 25 * millisecond)
    #expect(outcome.completedInWindow > 0 && outcome.ledger.isBalanced)
  }

  @Test("settles no longer than the requests take that its plan has for settling", arguments: [1.0, 10, 100, 1000])
  func settle(rate: Double) throws {
    let load = try VirtualLoad(
      .trial(
        .open(rate: rate, poisson: false), settle: 50 * millisecond, settleMax: 400 * millisecond, window: 4 * second))
    let start = load.now
    let outcome = try #require(load.perform())
    let opened = try #require(load.windowOpened)
    #expect(outcome.isSettled && opened <= start + 402 * millisecond)
    #expect(Double(outcome.responseTime.count) >= (4 * rate).rounded(.down) - 1)
  }

  @Test("sheds what would be more than 65 536 under way, and counts it")
  func shed() throws {
    let load = try VirtualLoad(
      .trial(.open(rate: 1e6, poisson: false), requestCount: 70_000, timeout: 0, drain: millisecond))
    load.answer = { _ in .none }
    load.at(load.now + 80 * millisecond) { load.run.finish() }
    let outcome = try #require(load.perform())
    let room = UInt64(LoadRun.pendingCountMax)
    #expect(outcome.ledger.shed == 70_000 - room)
    #expect(outcome.ledger.censored == room)
    #expect(outcome.ledger.isBalanced)
  }

  @Test("takes exponential gaps from the seed: the same for one seed, others for another")
  func poisson() throws {
    func times(_ seed: UInt64) throws -> [Int64] {
      let load = try VirtualLoad(.trial(.open(rate: 1000, poisson: true), requestCount: 500, seed: seed))
      let start = load.now
      try #require(load.perform() != nil)
      return load.arrivals.map { $0.time - start }
    }
    #expect(try times(5) == times(5))
    #expect(try times(5) != times(6))
    var plan = ArrivalPlan(rate: 1000, arrival: .poisson(seed: 5))
    #expect(try times(5) == (0..<500).map { _ in plan.next() })
  }
}
