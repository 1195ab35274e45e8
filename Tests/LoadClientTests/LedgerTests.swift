// Where requests go, column by column, in virtual time.

import Control
import LoadClient
import Statistics
import TestSupport
import Testing

@Suite("The ledger of a trial")
struct LedgerTests {
  @Test("balances with every column in use", arguments: 1...20)
  func everyColumn(round: Int) throws {
    var random = TestSeed.generator("ledger \(round)", standard: UInt64(40 + round))
    let mode: LoadMode = round % 2 == 0 ? .closed(inFlight: 20) : .open(rate: 3000, poisson: true)
    let load = try VirtualLoad(
      .trial(mode, connections: 4, settle: 20 * millisecond, timeout: 200 * millisecond, drain: 50 * millisecond),
      connectionCount: 4)
    load.answer = { _ in
      let time = Int64(random.next(below: 30_000_000)) + 1
      return switch random.next(below: 20) {
      case 0: .none
      case 1: .error(after: time)
      case 2: .reply(after: 10 * time)
      default: .reply(after: time)
      }
    }
    load.at(load.now + 300 * millisecond) { load.lose(2) }
    load.at(load.now + 400 * millisecond) { load.deliver(FrameBytes(type: 6), to: 1) }
    // From here on nothing is left to send on, though replies still come.
    load.at(load.now + 900 * millisecond) { for index in [0, 3] { load.deliver(FrameBytes(type: 6), to: index) } }
    let outcome = try #require(load.perform())
    let ledger = outcome.ledger
    #expect(ledger.isBalanced, "\(ledger)")
    for column in [ledger.completed, ledger.failed, ledger.timedOut, ledger.shed] { #expect(column > 0, "\(ledger)") }
    #expect(ledger.planned == UInt64(load.arrivals.count) + ledger.shed)
    #expect(load.cancelled.count <= Int(ledger.timedOut))
  }

  @Test("has what is left after the drain as censored")
  func censored() throws {
    let load = try VirtualLoad(.trial(.closed(inFlight: 3), window: 100 * millisecond, drain: 400 * millisecond))
    // One of the three is answered, again and again; the other two never.
    load.answer = { $0.id & 0xffff_ffff > 0 ? .none : .reply(after: millisecond) }
    let start = load.now
    let outcome = try #require(load.perform())
    // 12 replies, four for each of the three; the window, and the drain to its end.
    #expect(load.now == start + (12 + 100 + 400) * millisecond)
    #expect(outcome.ledger == Ledger(planned: 114, completed: 112, censored: 2))
    // The two were sent before the window.
    #expect(outcome.responseTime.count == 100)
  }

  @Test("enters a censored request of the window with the time that it has waited")
  func censoredTime() throws {
    let load = try VirtualLoad(
      .trial(.open(rate: 10, poisson: false), requestCount: 10, timeout: 0, drain: 400 * millisecond))
    load.at(load.now + 1500 * millisecond) { load.run.finish() }
    let start = load.now
    load.answer = { $0.time == start ? .none : .reply(after: millisecond) }
    let outcome = try #require(load.perform())
    #expect(outcome.ledger == Ledger(planned: 10, completed: 9, censored: 1))
    #expect(load.now == start + 1900 * millisecond)
    #expect(outcome.responseTime.count == 10)
    #expect(outcome.responseTime.max == 1900 * millisecond)
  }

  @Test("a request that timed out is cancelled, and its late reply finds nothing, though its trial is in use again")
  func lateReply() throws {
    let load = try VirtualLoad(.trial(.closed(inFlight: 1), requestCount: 3, timeout: 10 * millisecond))
    var isFirst = true
    load.answer = { _ in
      defer { isFirst = false }
      // The late reply comes while the next request is under way.
      return .reply(after: isFirst ? 15 * millisecond : 8 * millisecond)
    }
    let outcome = try #require(load.perform())
    #expect(load.cancelled == [load.arrivals[0].id])
    #expect(outcome.ledger == Ledger(planned: 3, completed: 2, timedOut: 1))
    // What timed out is there too, as long as it was waited for.
    #expect(outcome.responseTime.count == 3 && outcome.responseTime.percentile(50) < 9 * millisecond)
    #expect(outcome.responseTime.max == 10 * millisecond && outcome.responseTime.leastUnfinished == 10 * millisecond)
    let trials = Set(load.arrivals.map { $0.id & 0xffff_ffff })
    #expect(trials.count == 1, "the trial was not used again")
    #expect(Set(load.arrivals.map(\.id)).count == 3)
  }

  @Test("a reply to a request of an earlier trial finds nothing")
  func replyOfEarlierTrial() throws {
    let earlier = try VirtualLoad(.trial(.closed(inFlight: 1), token: 7, requestCount: 1))
    _ = try #require(earlier.perform())
    let load = try VirtualLoad(.trial(.closed(inFlight: 1), token: 8, requestCount: 1))
    load.answer = { _ in .reply(after: 20 * millisecond) }
    let stale = earlier.arrivals[0].id
    load.at(load.now + millisecond) { load.deliver(.response(id: stale), to: 0) }
    let outcome = try #require(load.perform())
    #expect(outcome.responseTime.min == 20 * millisecond)
  }

  @Test("leaves nobody out of the histograms, so that an arm that fails more never looks faster")
  func survivors() throws {
    /// Of 1000 requests so many are never answered, and so many at once with an error; the others take 1 ms.
    func outcome(silent: Int, failing: Int) throws -> TrialOutcome {
      let load = try VirtualLoad(
        .trial(.open(rate: 1000, poisson: false), requestCount: 1000, timeout: 100 * millisecond))
      var number = 0
      load.answer = { _ in
        number += 1
        return number <= silent ? .none : number <= silent + failing ? .error(after: 1000) : .reply(after: millisecond)
      }
      return try #require(load.perform())
    }
    let sound = try outcome(silent: 0, failing: 0)
    #expect(sound.responseTime.unfinishedCount == 0 && sound.responseTime.leastUnfinished == nil)
    #expect(sound.failures == [])
    var last = sound
    for (silent, failing) in [(5, 0), (10, 5), (10, 200), (10, 600)] {
      let found = try outcome(silent: silent, failing: failing)
      for histogram in [found.responseTime, try #require(found.serviceTime)] {
        #expect(histogram.count == 1000)
        #expect(histogram.unfinishedCount == UInt64(silent + failing))
        #expect(histogram.leastUnfinished == 100 * millisecond)
      }
      for percentile in [50, 90, 99, 99.9] {
        let value = found.responseTime.percentile(percentile)
        #expect(value >= last.responseTime.percentile(percentile))
        // Exact as far as all that are faster are known, and marked from there on.
        let known = Double(1000 - silent - failing) / 10
        #expect(found.responseTime.isLowerBound(value) == (percentile > known), "P\(percentile)")
      }
      let reasons = found.failures?.reduce(into: [:]) { $0[$1.reason] = $1.requests }
      #expect(reasons?["timed out"] == UInt64(silent))
      #expect(reasons?["UNAVAILABLE"] == (failing == 0 ? nil : UInt64(failing)))
      last = found
    }
  }

  @Test("has the first request of a counted load in every figure, though clocks are read one after the other")
  func firstRequest() throws {
    for mode in [LoadMode.open(rate: 1, poisson: false), .open(rate: 1000, poisson: true), .closed(inFlight: 1)] {
      let load = try VirtualLoad(.trial(mode, requestCount: 1), readingNanoseconds: 1000)
      let outcome = try #require(load.perform())
      #expect(outcome.responseTime.count == 1)
      if case .open = mode { #expect(outcome.serviceTime?.count == 1 && outcome.sendLag?.count == 1) }
      #expect(outcome.completedInWindow == 1 && outcome.ledger.completed == 1)
    }
  }

  @Test("the drain waits for what is under way and not longer")
  func drain() throws {
    let load = try VirtualLoad(.trial(.open(rate: 1000, poisson: false), window: 200 * millisecond))
    load.answer = { _ in .reply(after: 300 * millisecond) }
    let outcome = try #require(load.perform())
    let closed = try #require(load.windowClosed)
    let last = try #require(load.arrivals.last)
    #expect(last.time <= closed)
    #expect(load.now == last.time + 300 * millisecond)
    #expect(outcome.ledger.censored == 0)
    #expect(outcome.ledger.completed == outcome.ledger.planned)
  }
}
