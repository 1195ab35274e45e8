// The process sets of several arms: one each, or one for all that is switched by message where that would be too many.

internal import Topology

final class ArmSets {
  private let plan: ExperimentPlan
  private let supervisor: Supervisor
  private let placement: PlacementPlan
  private var sets: [ProcessSet] = []

  init(plan: ExperimentPlan, supervisor: Supervisor, placement: PlacementPlan) {
    self.plan = plan
    self.supervisor = supervisor
    self.placement = placement
  }

  var count: Int { sets.count }
  var processCount: Int { sets.map(\.processes.count).reduce(0, +) }

  func start() throws(LauncherError) {
    for arm in plan.sharesProcessSet ? [0] : Array(plan.arms.indices) {
      let options = ProcessSetOptions(
        placement: placement, arm: plan.sharesProcessSet ? nil : plan.arms[arm].name,
        seed: plan.seed &+ UInt64(arm) << 32, opaqueSize: plan.opaqueSize)
      sets.append(ProcessSet(topology: plan.arms[arm].topology, supervisor: supervisor, options: options))
      try sets[sets.count - 1].start()
    }
  }

  /// The set that runs an arm, under that arm's strategy.
  func set(for arm: Int) throws(LauncherError) -> ProcessSet {
    guard plan.sharesProcessSet else { return sets[arm] }
    if sets[0].topology != plan.arms[arm].topology { try sets[0].replace(plan.arms[arm].topology) }
    return sets[0]
  }

  func stop() { sets.forEach { $0.stop() } }
}
