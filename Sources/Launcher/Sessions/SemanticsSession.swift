// `ctxchain semantics`: one chain of processes, put under one strategy after the other and probed.

internal import Control
package import Results
internal import Topology

/// Main thread only: it spawns.
package final class SemanticsSession: Session {
  private let plan: SemanticsPlan
  private let supervisor: Supervisor
  private let observer: any RunObserver
  package private(set) var result: SemanticsResult
  package private(set) var problems: [String] = []

  package init(_ plan: SemanticsPlan, observer: any RunObserver) throws {
    self.plan = plan
    self.observer = observer
    supervisor = try Supervisor()
    result = SemanticsResult(
      toolVersion: plan.toolVersion, commandLine: plan.commandLine, startedAt: HostFacts.timestamp(), seed: plan.seed,
      depth: plan.depth)
  }

  /// Returns the process's exit status.
  package func run() -> Int32 {
    do throws(LauncherError) {
      let placement = PlacementPlan(.free, cpus: PlacementPlan.allowedCPUs())
      try SemanticsProbe.withSet(of: plan.arms, placement, supervisor, seed: plan.seed) { probe throws(LauncherError) in
        for arm in plan.arms {
          observer.runDidProgress("probing \(arm.name)", secondsLeft: nil)
          result.strategies.append(try probe.probe(arm))
        }
      }
      observer.runDidReach("probed \(plan.arms.count) strategies")
    } catch .interrupted(let signal) {
      result.interrupted = true
      return 128 + signal
    } catch {
      problems = ["\(error)"]
      return 1
    }
    return 0
  }

  package func close() { supervisor.close() }
}
