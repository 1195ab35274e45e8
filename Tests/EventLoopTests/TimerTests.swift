// One timer against the kernel's clock: never before its time, once per start, and never after it was stopped.

import Glibc
import TestSupport
import Testing

import CLinux
import EventLoop

private let millisecond: Int64 = 1_000_000

@Suite("The timer")
struct TimerTests {
  /// When a timer fired, in nanoseconds of the clock that it keeps.
  private final class Firings {
    private(set) var times: [Int64] = []
    var count: Int { times.count }

    func note() { times.append(ctx_monotonic_nanoseconds()) }
  }

  @Test("It fires after its delay and never before", arguments: [1, 500, 999_999, 1_500_000, 20_000_000] as [Int64])
  func delay(nanoseconds: Int64) throws {
    let loop = try makeLoop()
    let firings = Firings()
    let timer = Timer(loop: loop) { firings.note() }
    defer { timer.close() }
    for _ in 0..<5 {
      let start = ctx_monotonic_nanoseconds()
      let count = firings.count
      timer.start(after: nanoseconds)
      #expect(loop.turn { firings.count > count })
      #expect(try #require(firings.times.last) >= start + nanoseconds)
    }
    #expect(firings.count == 5)
  }

  @Test("A delay of zero or less fires in the next turn", arguments: [0, -1, -5_000_000_000, .min] as [Int64])
  func noDelay(nanoseconds: Int64) throws {
    let loop = try makeLoop()
    let firings = Firings()
    let timer = Timer(loop: loop) { firings.note() }
    defer { timer.close() }
    timer.start(after: nanoseconds)
    #expect(firings.count == 0)
    #expect(loop.turn())
    #expect(firings.count == 1)
  }

  @Test("It fires once per start, and leaves the loop with nothing to wait for")
  func once() throws {
    let loop = try makeLoop()
    let firings = Firings()
    let timer = Timer(loop: loop) { firings.note() }
    defer { timer.close() }
    #expect(!loop.turn())
    for count in 1...3 {
      timer.start(after: millisecond)
      #expect(loop.turn())
      #expect(!loop.turn())
      #expect(firings.count == count)
    }
    timer.start(after: 0)
    timer.start(after: 0)
    #expect(loop.turn())
    #expect(!loop.turn())
    #expect(firings.count == 4)
  }

  @Test("A start moves the time of the one before, to later and to sooner")
  func restart() throws {
    let loop = try makeLoop()
    let firings = Firings()
    let timer = Timer(loop: loop) { firings.note() }
    defer { timer.close() }
    timer.start(after: millisecond)
    let start = ctx_monotonic_nanoseconds()
    timer.start(after: 20 * millisecond)
    #expect(loop.turn { firings.count > 0 })
    #expect(firings.times[0] >= start + 20 * millisecond)
    timer.start(after: 3_600_000 * millisecond)
    timer.start(after: millisecond)
    #expect(loop.turn { firings.count > 1 })
    #expect(!loop.turn())
    #expect(firings.count == 2)
  }

  @Test("A start also puts off what has expired and was not seen yet")
  func restartExpired() throws {
    let loop = try makeLoop()
    let firings = Firings()
    let timer = Timer(loop: loop) { firings.note() }
    defer { timer.close() }
    timer.start(after: 0)
    usleep(2_000)
    let start = ctx_monotonic_nanoseconds()
    timer.start(after: 20 * millisecond)
    #expect(loop.turn { firings.count > 0 })
    #expect(firings.times[0] >= start + 20 * millisecond)
  }

  @Test("The longest delay there is never fires, nor does the shorter one before it")
  func longest() throws {
    let loop = try makeLoop()
    let firings = Firings()
    let timer = Timer(loop: loop) { firings.note() }
    defer { timer.close() }
    timer.start(after: millisecond)
    timer.start(after: .max)
    loop.turn(for: 5 * millisecond)
    #expect(firings.count == 0)
    timer.start(after: 0)
    #expect(loop.turn { firings.count > 0 })
  }

  @Test("Of two timers that expire together, the first to fire may put the other off, stop it or close it")
  func together() throws {
    for change in 0...2 {
      let loop = try makeLoop()
      let firings = Firings()
      var timers: [Timer] = []
      var due: Int64 = 0
      for index in 0...1 {
        timers.append(
          Timer(loop: loop) {
            firings.note()
            guard firings.count == 1 else { return }
            switch change {
            case 0:
              due = ctx_monotonic_nanoseconds() + 10 * millisecond
              timers[1 - index].start(after: 10 * millisecond)
            case 1: timers[1 - index].stop()
            default: timers[1 - index].close()
            }
          })
      }
      for timer in timers { timer.start(after: 0) }
      usleep(2_000)
      while loop.turn() {}
      #expect(firings.count == (change == 0 ? 2 : 1))
      if change == 0 { #expect(firings.times[1] >= due) }
      for timer in timers { timer.close() }
    }
  }

  @Test("A stopped timer does not fire until it is started again, even when it had expired")
  func stop() throws {
    let loop = try makeLoop()
    let firings = Firings()
    let timer = Timer(loop: loop) { firings.note() }
    defer { timer.close() }
    timer.stop()
    timer.start(after: millisecond)
    timer.stop()
    #expect(!loop.turn())
    loop.turn(for: 3 * millisecond)
    #expect(firings.count == 0)
    let start = ctx_monotonic_nanoseconds()
    timer.start(after: 5 * millisecond)
    #expect(loop.turn())
    #expect(firings.count == 1)
    #expect(firings.times[0] >= start + 5 * millisecond)
  }

  @Test("A closed timer never fires and cannot be started")
  func close() throws {
    let loop = try makeLoop()
    let firings = Firings()
    let timer = Timer(loop: loop) { firings.note() }
    timer.start(after: 0)
    timer.close()
    timer.close()
    timer.start(after: 0)
    timer.stop()
    #expect(!loop.turn())
    loop.turn(for: 2 * millisecond)
    #expect(firings.count == 0)
  }

  @Test("Timers need no descriptor of their own")
  func descriptors() throws {
    let loop = try makeLoop()
    // Another test may open or close some meanwhile: what many timers would take is far beyond that.
    let before = openDescriptorCount()
    let timers = (0..<5_000).map { _ in Timer(loop: loop) {} }
    timers.forEach { $0.start(after: 3_600_000 * millisecond) }
    #expect(openDescriptorCount() < before + 2_500)
    timers.forEach { $0.close() }
    #expect(!loop.turn())
  }

  @Test("Of many that are due, the earliest fires first, and one that a handler starts waits for the next turn")
  func order() throws {
    let loop = try makeLoop()
    var fired: [Int] = []
    var timers: [Timer] = []
    for index in 0..<5 {
      timers.append(
        Timer(loop: loop) {
          fired.append(index)
          if index == 3 { timers[0].start(at: 1) }
        })
    }
    let now = loop.refreshNow()
    for index in [4, 2, 1, 3] { timers[index].start(at: now - Int64(index)) }
    #expect(loop.turn())
    #expect(fired == [4, 3, 2, 1])
    #expect(loop.turn())
    #expect(fired == [4, 3, 2, 1, 0])
    #expect(!loop.turn())
    timers = []
  }

  @Test("Its handler may start it again, stop it, close it, or give up the last reference to it")
  func insideHandler() throws {
    let loop = try makeLoop()
    var count = 0
    var timer: Timer!
    timer = Timer(loop: loop) {
      count += 1
      if count < 4 { timer.start(after: 0) } else { timer.stop() }
    }
    timer.start(after: 0)
    while loop.turn() {}
    #expect(count == 4)

    timer = Timer(loop: loop) {
      count += 1
      timer.start(after: 0)
      timer.close()
    }
    timer.start(after: 0)
    while loop.turn() {}
    #expect(count == 5)

    timer = Timer(loop: loop) {
      count += 1
      timer.start(after: 0)
      timer = nil
    }
    weak let weakTimer = timer
    timer.start(after: 0)
    while loop.turn() {}
    #expect(count == 6)
    #expect(weakTimer == nil)
  }
}
