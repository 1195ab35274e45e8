// When a connection read and wrote last, and what its writes cost: kept only while its loop clocks I/O. It decides
// nothing.

internal import CLinux

/// Nanoseconds; of CLOCK_MONOTONIC where it is a time.
package struct IOClock: Sendable {
  /// Begin of the latest read; its end is `EventLoop.now` of the callback that follows.
  package var readStart: Int64 = 0
  /// Begin of the latest write.
  package var writeStart: Int64 = 0
  /// CPU time of all writes. Not their duration: whoever is woken by a write may get the CPU before it returns.
  package var writeNanoseconds: Int64 = 0

  /// What reading the clock of CPU time takes, which is a system call: the median of 101 readings.
  static func readingCost() -> Int64 {
    var costs: [Int64] = []
    var last = ctx_thread_cpu_nanoseconds()
    for _ in 0..<101 {
      let now = ctx_thread_cpu_nanoseconds()
      costs.append(now - last)
      last = now
    }
    return costs.sorted()[50]
  }
}
