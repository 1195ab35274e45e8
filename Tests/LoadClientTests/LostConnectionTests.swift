// What is under way on a connection that breaks has failed; the trial goes on over the others and ends in any case.

import Control
import Statistics
import TestSupport
import Testing

@Suite("A lost connection")
struct LostConnectionTests {
  @Test("in a closed loop of so many requests, others take the place of what was lost", arguments: [1, 2, 8])
  func replaced(inFlight: Int) throws {
    let load = try VirtualLoad(
      .trial(.closed(inFlight: inFlight), connections: 2, requestCount: 100), connectionCount: 2)
    // The first connection is never answered on, so in the end everything that is under way is on it.
    load.answer = { $0.connection == 0 ? .none : .reply(after: millisecond) }
    load.at(load.now + 500 * millisecond) { load.lose(0) }
    let outcome = try #require(load.perform(), "the trial waits for ever")
    #expect(outcome.ledger.planned == 100)
    #expect(outcome.ledger.failed == UInt64(inFlight))
    #expect(outcome.ledger.completed == UInt64(100 - inFlight))
  }

  @Test("when it was the last one, the trial ends at once", arguments: [nil, 100])
  func last(requestCount: Int?) throws {
    let load = try VirtualLoad(.trial(.closed(inFlight: 4), requestCount: requestCount))
    load.answer = { _ in .none }
    let time = load.now + 20 * millisecond
    load.at(time) { load.lose(0) }
    let outcome = try #require(load.perform(), "the trial waits for ever")
    #expect(load.now == time)
    #expect(outcome.ledger.planned == 4)
    #expect(outcome.ledger.failed == 4)
    #expect(outcome.ledger.isBalanced)
  }

  @Test("when the entry takes nothing new on any connection, the trial drains and ends", arguments: [nil, 100])
  func goaway(requestCount: Int?) throws {
    let load = try VirtualLoad(.trial(.closed(inFlight: 4), settle: 50 * millisecond, requestCount: requestCount))
    load.at(load.now + 5 * millisecond + 1) { load.deliver(FrameBytes(type: 6), to: 0) }
    let outcome = try #require(load.perform(), "the trial waits for ever")
    #expect(outcome.ledger.completed == 24)
    #expect(outcome.ledger.shed == 4)
    #expect(outcome.ledger.isBalanced)
  }

  @Test("that carries nothing is counted all the same")
  func idle() throws {
    let load = try VirtualLoad(.trial(.closed(inFlight: 1), connections: 4, requestCount: 20), connectionCount: 4)
    load.at(load.now + 5 * millisecond) { for index in 1...3 { load.lose(index) } }
    let outcome = try #require(load.perform())
    #expect(outcome.ledger.completed + outcome.ledger.failed == 20)
    #expect(outcome.lostConnectionCount == 3 && outcome.earlyEnd == nil)
  }

  @Test("is made again after a time that doubles and is jittered, and the closed loop goes on", arguments: 1...10)
  func reconnect(seed: UInt64) throws {
    let load = try VirtualLoad(
      .trial(.closed(inFlight: 4), requestCount: 100, seed: seed, reconnect: 5 * second))
    load.connectTime = { $0 < 5 ? nil : millisecond }
    let time = load.now + 10 * millisecond + 1
    load.at(time) { load.lose(0) }
    let outcome = try #require(load.perform(), "the trial waits for ever")
    #expect(outcome.ledger == Ledger(planned: 100, completed: 96, failed: 4))
    #expect(outcome.failures == [FailureCount(reason: "connection lost", requests: 4)])
    #expect(outcome.lostConnectionCount == 1 && outcome.earlyEnd == nil)
    let times = [time] + load.attempts
    for (gap, longest) in zip(zip(times.dropFirst(), times).map(-), [10, 20, 40, 80, 160] as [Int64]) {
      #expect(gap >= longest * millisecond / 2 && gap <= longest * millisecond, "\(gap)")
    }
    #expect(load.attempts.count == 5)
  }

  @Test("is shed for in an open loop until there is another, and what was shed is a lower bound")
  func openLoop() throws {
    let load = try VirtualLoad(
      .trial(.open(rate: 1000, poisson: false), requestCount: 1000, timeout: 100 * millisecond, reconnect: 5 * second))
    load.connectTime = { _ in 200 * millisecond }
    load.at(load.now + 300 * millisecond + 1) { load.lose(0) }
    let outcome = try #require(load.perform())
    #expect(outcome.ledger.isBalanced && outcome.ledger.planned == 1000)
    #expect(outcome.ledger.shed > 200 && outcome.ledger.shed < 212, "\(outcome.ledger)")
    #expect(outcome.ledger.completed + outcome.ledger.failed == 1000 - outcome.ledger.shed)
    #expect(outcome.responseTime.count == 1000)
    #expect(outcome.responseTime.unfinishedCount == outcome.ledger.lost)
    #expect(outcome.responseTime.percentile(75) < 2 * millisecond)
    #expect(outcome.responseTime.percentile(90) >= 100 * millisecond)
    #expect(outcome.responseTime.isLowerBound(outcome.responseTime.percentile(90)))
  }

  @Test("of which there is no other for so long ends the trial, which says why", arguments: [true, false])
  func givesUp(isOpen: Bool) throws {
    let load = try VirtualLoad(
      .trial(
        isOpen ? .open(rate: 10, poisson: false) : .closed(inFlight: 4), window: 600 * second, reconnect: 2 * second))
    let time = load.now + 10 * second
    load.at(time) { load.lose(0) }
    let outcome = try #require(load.perform(), "the trial waits for ever")
    #expect(outcome.earlyEnd?.contains("no connection") == true)
    #expect(load.now >= time + 2 * second && load.now <= time + 3 * second)
    #expect(outcome.ledger.isBalanced && outcome.ledger.lost > 0)
  }

  @Test("that takes nothing new is replaced, and brings back what is under way on it")
  func retired() throws {
    let load = try VirtualLoad(.trial(.closed(inFlight: 4), requestCount: 100, reconnect: second))
    load.connectTime = { _ in millisecond }
    load.at(load.now + 5 * millisecond + 1) { load.deliver(FrameBytes(type: 6), to: 0) }
    let outcome = try #require(load.perform(), "the trial waits for ever")
    #expect(outcome.ledger == Ledger(planned: 100, completed: 100))
    #expect(outcome.lostConnectionCount == 0 && load.attempts.count == 1)
  }

  @Test("without any connection everything is shed and the trial ends, closed and open", arguments: [true, false])
  func noConnection(isOpen: Bool) throws {
    let load = try VirtualLoad(.trial(isOpen ? .open(rate: 1000, poisson: false) : .closed(inFlight: 4)))
    load.deliver(FrameBytes(type: 6), to: 0)
    let outcome = try #require(load.perform(), "the trial waits for ever")
    #expect(outcome.ledger.planned == 1)
    #expect(outcome.ledger.shed == 1)
  }
}
