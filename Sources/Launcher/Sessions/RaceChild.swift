// One race in a process of its own, which it may end: many threads write to one map, and what is in it then.

internal import Control
internal import Results

struct RaceChild {
  /// With which a program ends when ThreadSanitizer has reported something in it.
  private static let sanitizerStatus: Int32 = 66

  let supervisor: Supervisor
  let writers: Int
  let writesPerWriter: Int

  /// - Parameter map: a shared store, or `RaceOrder.plain`.
  func run(_ map: String, seed: UInt64) throws(LauncherError) -> RaceRun {
    let child = try ChildProcess(
      loop: supervisor.loop, role: .laboratory, name: "race", service: nil, wrapper: [])
    supervisor.adopt(child)
    // It may die, and that is no failure of the launcher's.
    child.willStop()
    defer { supervisor.end([child]) }
    var report: LaboratoryReport?
    child.didReceive = { line in report = ControlCodec.decode(LaboratoryReport.self, from: line) ?? report }
    child.send(
      LaboratoryCommand.race(
        RaceOrder(map: map, writers: writers, writesPerWriter: writesPerWriter, seed: seed)))
    var isHung = false
    do {
      try supervisor.wait(for: "the race", seconds: RacePlan.runSecondsMax) { report != nil || !child.isAlive }
      if report != nil {
        // What a sanitizer has found, it says at the end.
        child.send(LaboratoryCommand.stop)
        try supervisor.wait(for: "the race's end", seconds: RacePlan.runSecondsMax) { !child.isAlive }
      }
    } catch .notReady {
      isHung = true
    }
    if case .failed(let reason)? = report { throw .childFailed(name: "laboratory", reason: reason) }
    return outcome(of: child, report, isHung: isHung, seed: seed)
  }

  private func outcome(of child: ChildProcess, _ report: LaboratoryReport?, isHung: Bool, seed: UInt64) -> RaceRun {
    var run = RaceRun(seed: seed, outcome: .crashed)
    if case .raced(let count)? = report { (run.found, run.leftOver) = (count.found, count.leftOver) }
    let death = child.death
    if isHung {
      run.outcome = .hung
    } else if death.exitCode == Self.sanitizerStatus {
      run.outcome = .reported
      run.evidence = child.logLines.last { $0.hasPrefix("SUMMARY: ThreadSanitizer") }
    } else if let signal = death.signal {
      run.signal = signalName(signal)
    } else if let found = run.found, death.exitCode == 0 {
      run.outcome = found == Int64(writers) * Int64(writesPerWriter) && run.leftOver == 0 ? .accounted : .lostWrites
    }
    return run
  }
}
