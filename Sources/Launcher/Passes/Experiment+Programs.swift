// Whether the other programs that arms name can run them: tried once, on a set of each arm, before anything is measured.

internal import Control
internal import Glibc
internal import Results
internal import Statistics
internal import Topology

extension Experiment {
  /// Seconds that a process of another program may take for an answer.
  private static let answerSeconds = 5.0

  /// An old build may start and yet not know an order, or count otherwise. So every kind of order is given once.
  func checkPrograms() throws(LauncherError) {
    guard plan.sharesProcessSet || plan.arms.count == 1 || !plan.arms.contains(where: { $0.topology.hasFixedPorts })
    else {
      throw .badPlan(
        "a service has a port of its own: its arms have to share their processes, and differ too much for that")
    }
    guard plan.sharesProcessSet || plan.processCount <= ExperimentPlan.separateProcessCountMax else {
      throw .badPlan(
        "the arms need \(plan.processCount) processes and cannot share them: expected at most "
          + "\(ExperimentPlan.separateProcessCountMax)")
    }
    for arm in plan.arms.indices where plan.arms[arm].controlOf == nil {
      guard let program = plan.arms[arm].own.program else { continue }
      observer.runDidProgress("trying \(program)", secondsLeft: nil)
      let deathCount = supervisor.deaths.count
      let set = armSets.make(arm, generation: 0, readySeconds: Experiment.answerSeconds)
      defer { set.stop() }
      do throws(LauncherError) {
        try set.start()
        try tryOrders(arm, set)
      } catch .interrupted(let signal) {
        throw .interrupted(signal: signal)
      } catch {
        supervisor.forgetDeaths(from: deathCount)
        throw .otherProgram(path: program, reason: "\(error)")
      }
    }
  }

  private func tryOrders(_ arm: Int, _ set: ProcessSet) throws(LauncherError) {
    let token = set.makeToken()
    for order in [NodeCommand.counting(true), .readMeter(token: token), .counting(false)] {
      try set.ask(order, "a trial") { _, report in
        switch (order, report) {
        case (.counting, .countingSet), (.readMeter, .meter): true
        default: false
        }
      }
    }
    let measured = try runner.run(
      TrialSpec(arm: arm, depth: depthMax(of: arm), phase: .single), on: set, seconds: ExperimentPlan.trialSecondsMin,
      round: 0, position: 0, keep: { _ in })
    guard measured.trial.ledger.completed > 0 else {
      throw .childFailed(name: "client", reason: "no request completed")
    }
    guard measured.trial.deliveries > 0 else {
      throw .childFailed(name: "nodes", reason: "their counters did not move")
    }
  }
}
