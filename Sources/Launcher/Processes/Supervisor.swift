// Watches over the children while the launcher waits for something: signals, deaths, time. Everything the launcher does
// is a straight line of steps, each of which waits here.

internal import EventLoop
internal import Glibc

/// Owns the launcher's loop and its children. One per process, on the main thread.
final class Supervisor {
  let loop: EventLoop
  private(set) var children: [ChildProcess] = []
  /// The first SIGINT or SIGTERM; the second ends the process at once.
  private(set) var receivedSignal: Int32?
  private var signals: [SignalSource] = []
  private var timer: Timer!
  private var isTimeOver = false
  /// When the wait under way is over, in nanoseconds of the loop's clock; nil outside of one.
  private var timeLimit: Int64?
  /// Of children that were not told to stop, in the order noticed.
  private(set) var deaths: [ChildDeath] = []
  private var reportedDeathCount = 0
  /// Of nodes that somebody else started, in the order noticed, but for those that were forgotten.
  private(set) var losses: [NodeLoss] = []
  private var reportedLossCount = 0

  init() throws {
    loop = try EventLoop()
    signal(SIGPIPE, SIG_IGN)
    // In the children the runtime's crash handler would swallow the first signal that somebody sends, and after a crash
    // its backtracer would hold the log's pipe open.
    setenv("SWIFT_BACKTRACE", "enable=no", 0)
    // Whoever started this program may have had signals blocked; the mask is inherited.
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_UNBLOCK, &all, nil)
    timer = Timer(loop: loop) { [unowned self] in isTimeOver = true }
    for number in [SIGINT, SIGTERM] {
      signals.append(SignalSource(loop: loop, signal: number) { [unowned self] in didReceive(number) })
    }
    signals.append(SignalSource(loop: loop, signal: SIGCHLD) { [unowned self] in reap() })
  }

  func adopt(_ child: ChildProcess) { children.append(child) }

  /// Turns the loop until `condition` holds. May be called within the condition of another.
  ///
  /// - Throws: `childDied` or `nodeLost` when a child ended that was not told to stop, or a node elsewhere is gone (unless
  ///   `ignoringDeaths`), `interrupted` after a
  ///   signal (unless `ignoringSignals`), `notReady` when the time is over.
  func wait(
    for what: String, seconds: Double, ignoringSignals: Bool = false, ignoringDeaths: Bool = false,
    until condition: () -> Bool
  ) throws(LauncherError) {
    let outerLimit = timeLimit
    let limit = loop.refreshNow() + Int64(seconds * 1e9)
    isTimeOver = false
    timeLimit = limit
    timer.start(after: Int64(seconds * 1e9))
    defer {
      timeLimit = outerLimit
      isTimeOver = false
      if let outerLimit { timer.start(after: max(0, outerLimit - loop.refreshNow())) } else { timer.stop() }
    }
    while !condition() {
      if !ignoringDeaths, reportedDeathCount < deaths.count {
        reportedDeathCount = deaths.count
        throw .childDied(deaths[reportedDeathCount - 1])
      }
      if !ignoringDeaths, reportedLossCount < losses.count {
        reportedLossCount = losses.count
        throw .nodeLost(losses[reportedLossCount - 1])
      }
      if !ignoringSignals { try throwIfInterrupted() }
      if isTimeOver { throw .notReady(what: what, seconds: seconds) }
      _ = loop.turn()
    }
  }

  /// Takes back the deaths noticed since: somebody has told of them in other words.
  func forgetDeaths(from count: Int) {
    deaths.removeSubrange(count...)
    reportedDeathCount = min(reportedDeathCount, count)
  }

  /// A node that somebody else started is gone.
  func note(_ loss: NodeLoss) { losses.append(loss) }

  /// All of them are there again.
  func forgetLosses() { (losses, reportedLossCount) = ([], 0) }

  /// Lets time pass while watching the children.
  func pause(seconds: Double) throws(LauncherError) {
    let end = loop.refreshNow() + Int64(seconds * 1e9)
    do {
      try wait(for: "a pause", seconds: seconds) { loop.refreshNow() >= end }
    } catch .notReady {
      return
    }
  }

  func throwIfInterrupted() throws(LauncherError) {
    if let receivedSignal { throw .interrupted(signal: receivedSignal) }
  }

  /// Ends these children. Those that were not told to stop learn it from their channel, which closes; one that stays gets
  /// TERM, and then KILL.
  func end(_ list: [ChildProcess]) {
    list.filter { !$0.isStopping }.forEach { $0.hangUp() }
    list.forEach { $0.willStop() }
    for (number, seconds) in [(0, 2.0), (SIGTERM, 1.0), (SIGKILL, 5.0)] {
      if number != 0 { list.forEach { $0.signal(number) } }
      try? wait(for: "the children's end", seconds: seconds, ignoringSignals: true, ignoringDeaths: true) {
        list.allSatisfy { !$0.isAlive }
      }
    }
    list.forEach { $0.close() }
    children.removeAll { child in list.contains { $0 === child } }
  }

  /// Leaves no child behind, however the launcher ends.
  func close() {
    end(children)
    signals.forEach { $0.close() }
    timer.close()
  }

  // MARK: Signals

  private func didReceive(_ number: Int32) {
    if receivedSignal != nil {
      children.forEach { $0.signal(SIGKILL) }
      _exit(128 + number)
    }
    receivedSignal = number
  }

  private func reap() {
    for child in children where child.reap() {
      if !child.isStopping { deaths.append(child.death) }
    }
  }
}
