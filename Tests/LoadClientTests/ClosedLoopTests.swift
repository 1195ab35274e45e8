// A trial with a fixed number of requests under way, in virtual time.

import Control
import LoadClient
import Statistics
import TestSupport
import Testing

@Suite("A closed loop")
struct ClosedLoopTests {
  @Test("keeps exactly the number in flight, whatever becomes of the requests", arguments: [1, 2, 64, 500])
  func inFlight(count: Int) throws {
    var random = TestSeed.generator("closed loop \(count)", standard: 11)
    let load = try VirtualLoad(
      .trial(.closed(inFlight: count), connections: 3, timeout: 30 * millisecond), connectionCount: 3)
    load.answer = { _ in
      let time = Int64(random.next(below: 20_000_000)) + 1
      return switch random.next(below: 10) {
      case 0: .none
      case 1: .error(after: time)
      default: .reply(after: time)
      }
    }
    var wrongCount = 0
    load.observe = { if load.windowClosed == nil, load.waiting.count != count { wrongCount += 1 } }
    let outcome = try #require(load.perform())
    #expect(wrongCount == 0)
    #expect(outcome.ledger.isBalanced)
    #expect(outcome.ledger.planned == UInt64(load.arrivals.count))
    #expect(min(outcome.ledger.completed, outcome.ledger.failed, outcome.ledger.timedOut) > 0)
    // Every connection has its share.
    for index in 0..<3 {
      let share = load.arrivals.count { $0.connection == index }
      #expect(abs(share - load.arrivals.count / 3) <= 1)
    }
  }

  @Test("sends so many requests and no more, all of them in the window", arguments: [1, 5, 100])
  func requestCount(count: Int) throws {
    let load = try VirtualLoad(.trial(.closed(inFlight: 8), settle: second, requestCount: count))
    let start = load.now
    let outcome = try #require(load.perform())
    #expect(load.arrivals.count == count)
    #expect(outcome.ledger == Ledger(planned: UInt64(count), completed: UInt64(count)))
    #expect(outcome.completedInWindow == UInt64(count))
    #expect(outcome.responseTime.count == UInt64(count))
    #expect(load.windowOpened == start)
    #expect(outcome.windowNanoseconds == load.now - start)
  }

  @Test("opens its window in the end, however slow the requests are, and says that it had not settled")
  func unsettled() throws {
    for (replyTime, isSettled) in [(1 * millisecond, true), (400 * millisecond, false)] {
      let load = try VirtualLoad(.trial(.closed(inFlight: 2), settle: 50 * millisecond, settleMax: 250 * millisecond))
      load.answer = { _ in .reply(after: replyTime) }
      let start = load.now
      let outcome = try #require(load.perform())
      #expect(load.windowOpened == start + (isSettled ? 50 : 250) * millisecond)
      #expect(outcome.windowNanoseconds == second && outcome.isSettled == isSettled)
    }
  }

  @Test("opens its window after the settling time, or 64 requests or four of each under way, whichever comes later")
  func settling() throws {
    let cases = [
      (2, 1, 50), (2, 10, 50), (2, 20, 80), (1, 20, 80), (15, 20, 80), (16, 20, 80), (32, 40, 80), (64, 60, 60),
    ]
    for (inFlight, reply, opens) in cases {
      let (replyTime, opensAt) = (Int64(reply) * millisecond, Int64(opens) * millisecond)
      let load = try VirtualLoad(.trial(.closed(inFlight: inFlight), settle: 50 * millisecond))
      load.answer = { _ in .reply(after: replyTime) }
      let start = load.now
      let outcome = try #require(load.perform())
      #expect(load.windowOpened == start + opensAt, "\(inFlight) in flight, \(reply) ms")
      #expect(load.windowClosed == start + opensAt + second)
      #expect(outcome.windowNanoseconds == second)
    }
  }

  @Test("settles also when nothing but failures and timeouts come back")
  func settlingOnFailures() throws {
    let load = try VirtualLoad(.trial(.closed(inFlight: 2), settle: 50 * millisecond, timeout: 5 * millisecond))
    load.answer = { $0.id & 1 == 0 ? .none : .error(after: millisecond) }
    let outcome = try #require(load.perform())
    #expect(outcome.ledger.completed == 0)
    #expect(outcome.windowNanoseconds == second)
  }

  @Test("counts what completes in the window, its start included and its end not; times are of requests sent in it")
  func windowEdges() throws {
    // One request at a time, 20 ms each: replies at 20, 40, …, so at 80 the fourth, which opens the window.
    let load = try VirtualLoad(.trial(.closed(inFlight: 1), settle: millisecond, window: 100 * millisecond))
    load.answer = { _ in .reply(after: 20 * millisecond) }
    let start = load.now
    let outcome = try #require(load.perform())
    #expect(load.windowOpened == start + 80 * millisecond)
    #expect(load.windowClosed == start + 180 * millisecond)
    // Completed: 100, 120, 140, 160. Sent: 80, by the reply that opened the window, and 100 to 160.
    #expect(outcome.completedInWindow == 4)
    #expect(outcome.responseTime.count == 5)
    #expect(outcome.sendLag == nil && outcome.serviceTime == nil, "they say nothing in a closed loop")
    #expect(outcome.ledger == Ledger(planned: 9, completed: 9))
  }

  @Test("cuts its window into pieces whose sum is what completed in it")
  func pieces() throws {
    let load = try VirtualLoad(
      .trial(.closed(inFlight: 4), settle: 50 * millisecond, window: 400 * millisecond, piece: 20 * millisecond))
    let outcome = try #require(load.perform())
    #expect(outcome.pieces.count == 20)
    #expect(outcome.pieces.allSatisfy { $0 == 80 })
    #expect(outcome.pieces.map(UInt64.init).reduce(0, +) == outcome.completedInWindow)
  }

  @Test("when told to finish, sends nothing new, waits for what is under way, and reports")
  func finish() throws {
    let load = try VirtualLoad(.trial(.closed(inFlight: 4), window: 100 * second))
    load.answer = { _ in .reply(after: 30 * millisecond) }
    let time = load.now + 100 * millisecond
    load.at(time) { load.run.finish() }
    let outcome = try #require(load.perform())
    #expect(load.arrivals.allSatisfy { $0.time < time })
    #expect(outcome.ledger == Ledger(planned: 16, completed: 16))
    #expect(load.now == time + 20 * millisecond)
  }
}
