// What a person sees while a run continues, on standard error: a view that is drawn over on a terminal, and one line per
// step otherwise.

internal import CLinux
internal import Glibc
package import Results

package protocol RunObserver: AnyObject {
  /// Once, before anything else: what the run is about, its largest depth, and the requests under way in its closed trials.
  func runWillStart(arms: [String], depth: Int, inFlight: Int)
  /// How long everything takes from now on, as far as is known. Again where more is known.
  func runWillTake(seconds: Double)
  /// A stretch of work is done: warm-up, counting, a round.
  func runDidReach(_ step: String)
  /// `secondsLeft` is an estimate; nil when there is none yet. Never called while a trial is measured.
  func runDidProgress(_ what: String, secondsLeft: Double?)
  /// So many rounds are done of those that are planned by now.
  func runDidCount(rounds: Int, of planned: Int)
  /// A trial has ended.
  func runDidMeasure(_ trial: Trial)
}

extension RunObserver {
  package func runWillStart(arms: [String], depth: Int, inFlight: Int) {}
  package func runWillTake(seconds: Double) {}
  package func runDidCount(rounds: Int, of planned: Int) {}
  package func runDidMeasure(_ trial: Trial) {}
}

package final class TerminalProgress: RunObserver {
  private static let widthByDefault = 80
  private static let heightByDefault = 24

  /// Nil where lines are written, one per step.
  private var state: LiveState?
  private var canvas: LiveCanvas

  package init() {
    func isSet(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }
    let kind = getenv("TERM").map { String(cString: $0) } ?? ""
    if isatty(STDERR_FILENO) == 1, !["", "dumb"].contains(kind) { state = LiveState() }
    canvas = LiveCanvas(hasColor: !isSet("NO_COLOR"))
  }

  package func runWillStart(arms: [String], depth: Int, inFlight: Int) {
    state?.start(arms: arms, depth: depth, inFlight: inFlight)
  }

  package func runWillTake(seconds: Double) { state?.take(seconds: seconds, now: now) }

  package func runDidReach(_ step: String) {
    guard state != nil else { return write(step + "\n") }
    state?.steps.append(step)
    draw()
  }

  package func runDidProgress(_ what: String, secondsLeft: Double?) {
    state?.activity = what
    if let secondsLeft { state?.take(seconds: secondsLeft, now: now) }
    draw()
  }

  package func runDidCount(rounds: Int, of planned: Int) {
    state?.rounds = rounds
    state?.roundsPlanned = planned
  }

  package func runDidMeasure(_ trial: Trial) { state?.add(trial) }

  /// Leaves the view as it was drawn last; what follows is written below it.
  package func close() {
    guard state != nil else { return }
    state?.end()
    draw()
    state = nil
  }

  /// Of a clock that nobody sets.
  private var now: Double { Double(ctx_monotonic_nanoseconds()) / 1e9 }

  private func draw() {
    state?.now = now
    guard let state else { return }
    var (columns, rows): (Int32, Int32) = (0, 0)
    ctx_terminal_size(STDERR_FILENO, &columns, &rows)
    let width = columns > 0 ? Int(columns) : TerminalProgress.widthByDefault
    let height = rows > 0 ? Int(rows) : TerminalProgress.heightByDefault
    // The cursor stands on a line of its own below the view.
    write(canvas.redraw(LiveView(state).lines(width: width, height: height - 1), width: width))
  }

  private func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let size = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if size < 0, errno == EINTR { continue }
      guard size > 0 else { return }
      bytes = bytes.dropFirst(size)
    }
  }
}
