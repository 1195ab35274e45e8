// Signals as events. Each test is a process of its own: signals and libevent's handling of them belong to the process.

import Glibc
import TestSupport
import Testing

import EventLoop

/// The process that runs tests may hand down a mask.
private func unblockSignals() {
  var none = sigset_t()
  sigemptyset(&none)
  pthread_sigmask(SIG_SETMASK, &none, nil)
}

@Suite("The signal source")
struct SignalSourceTests {
  @Test("Its handler is called in the loop for every arrival of its signal, and for no other")
  func arrivals() async {
    await #expect(processExitsWith: .success) {
      unblockSignals()
      let loop = try makeLoop()
      var counts = [0, 0]
      let first = SignalSource(loop: loop, signal: SIGUSR1) { counts[0] += 1 }
      let second = SignalSource(loop: loop, signal: SIGUSR2) { counts[1] += 1 }
      raise(SIGUSR1)
      #expect(counts == [0, 0])
      #expect(loop.turn { counts != [0, 0] })
      #expect(counts == [1, 0])
      for _ in 0..<3 { raise(SIGUSR2) }
      #expect(loop.turn { counts[1] == 3 })
      loop.turn(for: 1_000_000)
      #expect(counts == [1, 3])
      first.close()
      second.close()
    }
  }

  @Test("A signal wakes a loop that waits")
  func wakes() async {
    await #expect(processExitsWith: .success) {
      unblockSignals()
      let loop = try makeLoop()
      var isOver = false
      let source = SignalSource(loop: loop, signal: SIGALRM) { isOver = true }
      var pace = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: 0, tv_usec: 5_000))
      setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &pace, nil)
      #expect(loop.turn { isOver })
      source.close()
    }
  }

  @Test("Once it is closed the signal does what it did before, and nothing is registered")
  func close() async {
    await #expect(processExitsWith: .success) {
      signal(SIGUSR1, SIG_IGN)
      unblockSignals()
      let loop = try makeLoop()
      var count = 0
      let source = SignalSource(loop: loop, signal: SIGUSR1) { count += 1 }
      source.close()
      source.close()
      raise(SIGUSR1)
      #expect(!loop.turn())
      loop.turn(for: 1_000_000)
      #expect(count == 0)
    }
    await #expect(processExitsWith: .signal(SIGUSR1)) {
      unblockSignals()
      let loop = try makeLoop()
      SignalSource(loop: loop, signal: SIGUSR1) {}.close()
      raise(SIGUSR1)
    }
  }

  @Test("Its handler may close it, though the signal has arrived more often")
  func closeInside() async {
    await #expect(processExitsWith: .success) {
      unblockSignals()
      let loop = try makeLoop()
      var count = 0
      var source: SignalSource!
      source = SignalSource(loop: loop, signal: SIGUSR1) {
        count += 1
        source.close()
        source = nil
      }
      for _ in 0..<5 { raise(SIGUSR1) }
      #expect(loop.turn())
      #expect(!loop.turn())
      #expect(count == 1)
    }
  }
}
