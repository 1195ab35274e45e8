// Turns a loop until something holds, and fails loudly when it never does. The limit is a hang guard, no assertion.

package import EventLoop
internal import Glibc

extension EventLoop {
  /// False when `condition` does not hold after 30 s, or when nothing is registered any more.
  package func turn(until condition: () -> Bool) -> Bool {
    var isLate = false
    let guardTimer = Timer(loop: self) { isLate = true }
    guardTimer.start(after: 30_000_000_000)
    defer { guardTimer.close() }
    _ = run { condition() || isLate }
    return condition()
  }

  /// Turns until `nanoseconds` have passed, whatever happens.
  package func turn(for nanoseconds: Int64) {
    var isOver = false
    let timer = Timer(loop: self) { isOver = true }
    timer.start(after: nanoseconds)
    _ = run { isOver }
    timer.close()
  }
}

/// A loop as the program's processes have it: a write to a closed socket is an error and no signal.
package func makeLoop() throws -> EventLoop {
  signal(SIGPIPE, SIG_IGN)
  return try EventLoop()
}
