// The timing wheel against a plain list, in virtual time: whatever is scheduled fires once, in time, and never early.

import Statistics
import TestSupport
import Testing

import EventLoop

private final class VirtualTime {
  var now: Int64 = 0
}

private let tick: Int64 = 1 << 20

/// A wheel, its model, and the time that both live in.
private final class WheelModel {
  let time = VirtualTime()
  let loop: EventLoop
  private(set) var wheel: TimerWheel!
  /// Deadlines by token.
  private(set) var waiting: [UInt64: (deadline: Int64, id: TimerWheel.EntryID)] = [:]
  private(set) var firedCount = 0
  private(set) var wakeCount = 0
  private var nextToken: UInt64 = 0

  init(start: Int64) throws {
    let time = time
    time.now = start
    loop = try EventLoop(clock: { time.now })
    wheel = TimerWheel(loop: loop) { [unowned self] in didFire($0) }
  }

  private func didFire(_ token: UInt64) {
    guard let entry = waiting.removeValue(forKey: token) else {
      Issue.record("entry \(token) fired twice or after it was cancelled")
      return
    }
    #expect(entry.deadline <= loop.now, "early by \(entry.deadline - loop.now) ns")
    firedCount += 1
  }

  func schedule(at deadline: Int64) {
    nextToken += 1
    waiting[nextToken] = (deadline, wheel.schedule(at: deadline, token: nextToken))
  }

  func cancelAny(_ random: inout SeededGenerator) {
    // Sorted: a dictionary's order is not the same in every run.
    guard !waiting.isEmpty else { return }
    let token = random.element(of: waiting.keys.sorted())
    guard let entry = waiting.removeValue(forKey: token) else { return }
    wheel.cancel(entry.id)
  }

  /// Time passes; the timer fires as often as it was armed for a time that has passed.
  func advance(to end: Int64) {
    while wheel.armedDeadline <= end {
      time.now = max(time.now, wheel.armedDeadline)
      loop.refreshNow()
      wakeCount += 1
      wheel.didExpire()
      checkNothingIsLate()
    }
    time.now = max(time.now, end)
    loop.refreshNow()
    checkNothingIsLate()
  }

  /// One late firing for everything: the process was busy or stopped.
  func stall(until end: Int64) {
    time.now = end
    loop.refreshNow()
    wakeCount += 1
    wheel.didExpire()
    checkNothingIsLate()
  }

  private func checkNothingIsLate() {
    #expect(wheel.count == waiting.count)
    let late = waiting.values.filter { $0.deadline < loop.now }
    #expect(late.isEmpty, "\(late.count) entries are late at \(loop.now)")
    if let earliest = waiting.values.map(\.deadline).min() {
      #expect(wheel.armedDeadline <= max(earliest, loop.now), "the timer is armed too late")
    }
  }
}

@Suite("The timer wheel")
struct TimerWheelTests {
  private static func deadline(from now: Int64, _ random: inout SeededGenerator) -> Int64 {
    switch random.next(below: 9) {
    case 0: now
    case 1: now - Int64(random.next(below: 1_000_000_000))
    case 2: now + Int64(random.next(below: Int(tick)))
    case 3: now + Int64(random.next(below: 5_000_000))
    case 4: now + Int64(random.next(below: 1_000_000_000))
    case 5: now + Int64(random.next(below: 60_000_000_000))
    // Around the wheel's span and a multiple of it, on a tick's border and beside it.
    case 6: ((now >> 20) + 4_096 + Int64(random.next(below: 3)) - 1) << 20
    case 7: (((now >> 20) + Int64(1 + random.next(below: 3)) * 4_096) << 20) - 1
    default: now + 3_600_000_000_000
    }
  }

  @Test("fires every entry once, in time and never early, or not at all when it was cancelled", arguments: 1...12)
  func model(round: Int) throws {
    var random = TestSeed.generator("timer wheel \(round)", standard: UInt64(300 + round))
    // Some rounds start where a machine's clock would be.
    let model = try WheelModel(start: round % 2 == 0 ? 0 : 987_654_321_012_345)
    defer { model.wheel.close() }
    for _ in 0..<3_000 {
      let now = model.time.now
      switch random.next(below: 12) {
      case 0...5: model.schedule(at: TimerWheelTests.deadline(from: now, &random))
      case 6...7: model.cancelAny(&random)
      case 8: model.advance(to: now + Int64(random.next(below: 3_000_000)))
      case 9: model.advance(to: now + Int64(random.next(below: 300_000_000)))
      case 10: model.advance(to: now + Int64(random.next(below: 10_000_000_000)))
      default: model.stall(until: now + Int64(random.next(below: random.chance(0.2) ? 100_000_000_000 : 2_000_000)))
      }
    }
    model.advance(to: model.time.now + 3_700_000_000_000)
    #expect(model.waiting.isEmpty)
    #expect(model.firedCount > 500)
  }

  @Test(
    "fires in time after it stood idle for long", arguments: [1, 2_047, 2_048, 4_095, 4_096, 4_097, 100_000] as [Int64])
  func idle(ticks: Int64) throws {
    let model = try WheelModel(start: 12_345)
    defer { model.wheel.close() }
    // The wheel believes that it is still at its start: nothing has moved its hand.
    model.advance(to: ticks * tick)
    model.schedule(at: model.time.now + 3 * tick)
    model.schedule(at: model.time.now + 5_000 * tick)
    model.advance(to: model.time.now + 3 * tick)
    #expect(model.firedCount == 1)
    model.advance(to: model.time.now + 5_000 * tick)
    #expect(model.firedCount == 2)
  }

  @Test("wakes only for what fires and for entries that come near, not for every tick")
  func wakes() throws {
    let model = try WheelModel(start: 0)
    defer { model.wheel.close() }
    model.schedule(at: 60_000_000_000)
    model.advance(to: 61_000_000_000)
    #expect(model.firedCount == 1)
    // 60 s are 57 220 ticks, and entries come near every 2 048.
    #expect(model.wakeCount <= 30)
  }

  @Test("lets a handler schedule and cancel, also for a time that has passed")
  func handlers() throws {
    let time = VirtualTime()
    let loop = try EventLoop(clock: { time.now })
    var fired: [UInt64] = []
    var wheel: TimerWheel!
    var victim = TimerWheel.noEntry
    wheel = TimerWheel(loop: loop) { token in
      fired.append(token)
      if token == 1 {
        wheel.cancel(victim)
        _ = wheel.schedule(at: loop.now - 5, token: 3)
        _ = wheel.schedule(at: loop.now + 10 * tick, token: 4)
      }
    }
    defer { wheel.close() }
    // In one bucket the newest entry is looked at first.
    victim = wheel.schedule(at: 100, token: 2)
    _ = wheel.schedule(at: 50, token: 1)
    time.now = 200
    loop.refreshNow()
    wheel.didExpire()
    #expect(fired == [1, 3])
    #expect(wheel.armedDeadline == 200 + 10 * tick)
    time.now = wheel.armedDeadline
    loop.refreshNow()
    wheel.didExpire()
    #expect(fired == [1, 3, 4])
    #expect(wheel.count == 0)
  }

  @Test("fires nothing more once a handler has closed it, though more is due")
  func closeInside() throws {
    let time = VirtualTime()
    let loop = try EventLoop(clock: { time.now })
    var firedCount = 0
    var wheel: TimerWheel!
    wheel = TimerWheel(loop: loop) { _ in
      firedCount += 1
      wheel.close()
    }
    // Two in one bucket, one in a later one.
    for deadline in [50, 100, 5 * tick] { _ = wheel.schedule(at: deadline, token: 0) }
    time.now = 10 * tick
    loop.refreshNow()
    wheel.didExpire()
    #expect(firedCount == 1)
    wheel.didExpire()
    _ = wheel.schedule(at: 0, token: 0)
    wheel.didExpire()
    #expect(firedCount == 1)
  }

  @Test("keeps its entries when it grows")
  func growth() throws {
    let model = try WheelModel(start: 0)
    defer { model.wheel.close() }
    for index in 0..<5_000 { model.schedule(at: Int64(index % 700) * 11_000_000) }
    model.advance(to: 700 * 11_000_000)
    #expect(model.firedCount == 5_000)
  }

  @Test("fires by the loop's own clock")
  func realTime() throws {
    let loop = try makeLoop()
    var fired: [(token: UInt64, time: Int64)] = []
    let wheel = TimerWheel(loop: loop) { fired.append(($0, loop.now)) }
    defer { wheel.close() }
    let start = loop.refreshNow()
    for milliseconds in [9, 3, 0, 6] as [Int64] {
      _ = wheel.schedule(at: start + milliseconds * 1_000_000, token: UInt64(milliseconds))
    }
    #expect(loop.turn(until: { fired.count == 4 }))
    #expect(fired.map(\.token) == [0, 3, 6, 9])
    for (token, time) in fired { #expect(time >= start + Int64(token) * 1_000_000) }
  }
}
