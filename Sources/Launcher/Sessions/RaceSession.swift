// `ctxchain lab race`: a process for each run of each map, because a race may end it. It decides nothing; the result does.

internal import Control
package import Results

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
package final class RaceSession: Session {
  private let plan: RacePlan
  private let supervisor: Supervisor
  private let observer: any RunObserver
  package private(set) var result: RaceResult
  package private(set) var problems: [String] = []

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
      problems = ["\(error)"]
      return 1
    }
    return Int32(result.exitStatus)
  }

  package func close() { supervisor.close() }

  private func run(_ index: Int) throws(LauncherError) {
    let map = result.maps[index]
    for number in 0..<(map.isSafe ? plan.runsOfSafe : plan.runsMax) {
      observer.runDidProgress("\(map.name): run \(number + 1)", secondsLeft: nil)
      let race = RaceChild(supervisor: supervisor, writers: plan.writers, writesPerWriter: plan.writesPerWriter)
      let run = try race.run(map.name, seed: plan.seed &+ UInt64(number) << 32)
      result.maps[index].runs.append(run)
      if run.outcome != .accounted { break }
    }
    observer.runDidReach("\(map.name): \(result.maps[index].failure == nil ? "survived" : "failed")")
  }
}
