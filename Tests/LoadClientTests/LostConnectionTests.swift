// What is under way on a connection that breaks has failed; the slot goes on over the others and ends in any case.

import Control
import Statistics
import TestSupport
import Testing

@Suite("A lost connection")
struct LostConnectionTests {
  @Test("in a closed loop of so many requests, others take the place of what was lost", arguments: [1, 2, 8])
  func replaced(inFlight: Int) throws {
    let load = try VirtualLoad(
      .slot(.closed(inFlight: inFlight), connections: 2, requestCount: 100), connectionCount: 2)
    // The first connection is never answered on, so in the end everything that is under way is on it.
    load.answer = { $0.connection == 0 ? .none : .reply(after: millisecond) }
    load.at(load.now + 500 * millisecond) { load.lose(0) }
    let outcome = try #require(load.perform(), "the slot waits for ever")
    #expect(outcome.ledger.planned == 100)
    #expect(outcome.ledger.failed == UInt64(inFlight))
    #expect(outcome.ledger.completed == UInt64(100 - inFlight))
  }

  @Test("when it was the last one, the slot ends at once", arguments: [nil, 100])
  func last(requestCount: Int?) throws {
    let load = try VirtualLoad(.slot(.closed(inFlight: 4), requestCount: requestCount))
    load.answer = { _ in .none }
    let time = load.now + 20 * millisecond
    load.at(time) { load.lose(0) }
    let outcome = try #require(load.perform(), "the slot waits for ever")
    #expect(load.now == time)
    #expect(outcome.ledger.planned == 4)
    #expect(outcome.ledger.failed == 4)
    #expect(outcome.ledger.isBalanced)
  }

  @Test("when the entry takes nothing new on any connection, the slot drains and ends", arguments: [nil, 100])
  func goaway(requestCount: Int?) throws {
    let load = try VirtualLoad(.slot(.closed(inFlight: 4), settle: 50 * millisecond, requestCount: requestCount))
    load.at(load.now + 5 * millisecond + 1) { load.deliver(FrameBytes(type: 6), to: 0) }
    let outcome = try #require(load.perform(), "the slot waits for ever")
    #expect(outcome.ledger.completed == 24)
    #expect(outcome.ledger.shed == 4)
    #expect(outcome.ledger.isBalanced)
  }

  @Test("without any connection everything is shed and the slot ends, closed and open", arguments: [true, false])
  func noConnection(isOpen: Bool) throws {
    let load = try VirtualLoad(.slot(isOpen ? .open(rate: 1000, poisson: false) : .closed(inFlight: 4)))
    load.deliver(FrameBytes(type: 6), to: 0)
    let outcome = try #require(load.perform(), "the slot waits for ever")
    #expect(outcome.ledger.planned == 1)
    #expect(outcome.ledger.shed == 1)
  }
}
