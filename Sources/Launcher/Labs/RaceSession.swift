// `ctxchain lab race`: a process for each run of each map, because a race may end it. It decides nothing; the result does.

internal import Control
package import Report

package struct RacePlan: Sendable {
  /// Seconds that one run may take.
  package static let runSecondsMax = 60.0
  package static let writersMax = 1_000
  package static let writesMax = 10_000_000

  package var toolVersion: String
  package var commandLine: [String]
  /// Names of the stores that must survive.
  package var stores: [String]
  package var writers: Int
  package var writesPerWriter: Int
  /// Of the plain map, until it fails.
  package var runsMax: Int
  /// Of every store.
  package var runsOfSafe: Int
  package var seed: UInt64

  package init(
    toolVersion: String, commandLine: [String], stores: [String], writers: Int, writesPerWriter: Int, runsMax: Int,
    runsOfSafe: Int, seed: UInt64
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.stores = stores
    self.writers = writers
    self.writesPerWriter = writesPerWriter
    self.runsMax = runsMax
    self.runsOfSafe = runsOfSafe
    self.seed = seed
  }
}

/// Main thread only: it spawns.
package final class RaceSession {
  /// With which a program ends when ThreadSanitizer has reported something in it.
  private static let sanitizerStatus: Int32 = 66

  private let plan: RacePlan
  private let supervisor: Supervisor
  private let observer: any RunObserver
  package private(set) var result: RaceResult
  package private(set) var problem: String?

  package init(_ plan: RacePlan, observer: any RunObserver) throws {
    self.plan = plan
    self.observer = observer
    supervisor = try Supervisor()
    result = RaceResult(
      toolVersion: plan.toolVersion, commandLine: plan.commandLine, startedAt: HostFacts.timestamp(), seed: plan.seed,
      writers: plan.writers, writesPerWriter: plan.writesPerWriter, runsMax: plan.runsMax, runsOfSafe: plan.runsOfSafe,
      maps: [RaceResult.Map(name: RaceOrder.plain, isSafe: false)]
        + plan.stores.map { RaceResult.Map(name: $0, isSafe: true) })
  }

  /// Returns the process's exit status.
  package func run() -> Int32 {
    do throws(LauncherError) {
      for index in result.maps.indices { try run(index) }
      result.judge()
    } catch .interrupted(let signal) {
      result.judge(signal: signal)
    } catch {
      result.judge()
      problem = "\(error)"
      return 1
    }
    return Int32(result.exitStatus)
  }

  /// Lets go of the signals: after the result was written.
  package func close() { supervisor.close() }

  private func run(_ index: Int) throws(LauncherError) {
    let map = result.maps[index]
    for number in 0..<(map.isSafe ? plan.runsOfSafe : plan.runsMax) {
      observer.runDidProgress("\(map.name): run \(number + 1)", secondsLeft: nil)
      let run = try run(map.name, seed: plan.seed &+ UInt64(number) << 32)
      result.maps[index].runs.append(run)
      if run.outcome != .accounted { break }
    }
    observer.runDidReach("\(map.name): \(result.maps[index].failure == nil ? "survived" : "failed")")
  }

  private func run(_ map: String, seed: UInt64) throws(LauncherError) -> RaceRun {
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
        RaceOrder(map: map, writers: plan.writers, writesPerWriter: plan.writesPerWriter, seed: seed)))
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
      run.outcome = found == result.writes && run.leftOver == 0 ? .accounted : .lostWrites
    }
    return run
  }
}
