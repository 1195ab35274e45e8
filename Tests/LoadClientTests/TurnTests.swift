import Control
import LoadClient
import Statistics
import Testing

@Suite("A trial in turns")
struct TurnTests {
  /// Two under way, whose replies take 1 ms each.
  private func load(inFlight: Int = 2, drain: Int64 = 2 * second, connections: Int = 1) throws -> VirtualLoad {
    try VirtualLoad(
      .trial(.closed(inFlight: inFlight), connections: connections, drain: drain, takesTurns: true),
      connectionCount: connections)
  }

  private func turn(_ milliseconds: Int64, counts: Bool = true) -> (LoadRun) -> Void {
    { $0.take(turn: milliseconds * millisecond, counts: counts) }
  }

  private func finish(_ run: LoadRun) { run.finish() }

  @Test("begins at rest, and sends nothing before its first turn")
  func begins() throws {
    let load = try load()
    #expect(load.perform() == nil)
    #expect(load.arrivals.isEmpty && load.rests == [load.now])
  }

  @Test("sends for as long as a turn is, and rests when every reply has come: all of them are in its window")
  func turn() throws {
    let load = try load()
    let start = load.now
    load.orders = [turn(5), finish]
    let outcome = try #require(load.perform())
    #expect(load.arrivals.map { $0.time - start } == (0..<5).flatMap { [$0 * millisecond, $0 * millisecond] })
    #expect(load.rests == [start, start + 5 * millisecond] && load.waiting.isEmpty)
    #expect(outcome.windowNanoseconds == 5 * millisecond && outcome.completedInWindow == 10)
    #expect(outcome.ledger == Ledger(planned: 10, completed: 10) && outcome.responseTime.count == 10)
    #expect(outcome.earlyEnd == nil && outcome.isSettled)
  }

  @Test("a turn shorter than a reply takes is one wave of requests, and lasts until the reply")
  func shortTurn() throws {
    let load = try load()
    load.answer = { _ in .reply(after: 7 * millisecond) }
    load.orders = [turn(2), finish]
    let outcome = try #require(load.perform())
    #expect(outcome.windowNanoseconds == 7 * millisecond && outcome.completedInWindow == 2)
  }

  @Test("turns that count add up, whatever lies between; others are in the ledger alone")
  func several() throws {
    let load = try load()
    load.orders = [
      turn(3, counts: false), turn(5),
      { run in load.at(load.now + second) { run.take(turn: 4 * millisecond, counts: true) } },
      turn(2, counts: false), finish,
    ]
    let outcome = try #require(load.perform())
    #expect(outcome.windowNanoseconds == 9 * millisecond)
    #expect(outcome.completedInWindow == 18 && outcome.responseTime.count == 18)
    #expect(outcome.responseTime.max == outcome.responseTime.min)
    #expect(outcome.ledger == Ledger(planned: 28, completed: 28))
    #expect(load.rests.count == 5)
  }

  @Test("ends when replies of a turn never come, and says so", arguments: [true, false])
  func silent(counts: Bool) throws {
    let load = try load(drain: 50 * millisecond)
    load.answer = { _ in .none }
    load.orders = [turn(5, counts: counts)]
    let outcome = try #require(load.perform())
    #expect(outcome.earlyEnd == "requests of a turn had no reply when 50 ms were over")
    #expect(outcome.ledger.censored == 2 && outcome.ledger.isBalanced)
    #expect(outcome.responseTime.unfinishedCount == (counts ? 2 : 0))
  }

  @Test("told to finish in the middle of a turn, it waits for what is under way")
  func finishedEarly() throws {
    let load = try load()
    load.orders = [turn(5)]
    load.at(load.now + 2_500_000) { load.run.finish() }
    let outcome = try #require(load.perform())
    #expect(outcome.ledger == Ledger(planned: 6, completed: 6) && outcome.earlyEnd == nil)
    #expect(outcome.windowNanoseconds == 3 * millisecond)
  }

  @Test("a lost connection ends it, at rest as in a turn", arguments: [500_000, 5 * second])
  func lost(after time: Int64) throws {
    let load = try load()
    load.orders = [turn(1)]
    load.at(load.now + time) { load.lose(0) }
    let outcome = try #require(load.perform())
    #expect(outcome.earlyEnd == "every connection to the entry was lost" && outcome.lostConnectionCount == 1)
    #expect(outcome.ledger.isBalanced)
  }
}
