// What a person sees while a run goes on: on standard error, a line that is written over on a terminal, and one line per
// step otherwise.

internal import Glibc

package protocol RunObserver: AnyObject {
  /// A new stretch of work: warm-up, counting, a round.
  func runDidReach(_ step: String)
  /// `secondsLeft` is an estimate; nil when there is none yet.
  func runDidProgress(_ what: String, secondsLeft: Double?)
}

package final class TerminalProgress: RunObserver {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var hasOpenLine = false

  package init() {}

  package func runDidReach(_ step: String) {
    clear()
    write(step + "\n")
  }

  package func runDidProgress(_ what: String, secondsLeft: Double?) {
    guard isTerminal else { return }
    clear()
    write(what + (secondsLeft.map { ", \(Int($0.rounded(.up))) s left" } ?? ""))
    hasOpenLine = true
  }

  /// Ends the line that is being written over.
  package func close() { clear() }

  private func clear() {
    guard hasOpenLine else { return }
    write("\r\u{1B}[K")
    hasOpenLine = false
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
