// The process sets of several arms: one each, or one for all that is switched by message where that would be too many.

internal import Metrics
internal import Topology

final class ArmSets {
  private let plan: ExperimentPlan
  private let supervisor: Supervisor
  private let placement: PlacementPlan
  /// One per arm, or one for all.
  private(set) var sets: [ProcessSet] = []
  /// Told of every node of a set that is made from here on; nil: nobody asks.
  var metrics: MetricsRegistry?
  /// As that.
  var spanExport: SpanExport?

  init(plan: ExperimentPlan, supervisor: Supervisor, placement: PlacementPlan) {
    self.plan = plan
    self.supervisor = supervisor
    self.placement = placement
  }

  var processCount: Int { sets.map(\.processes.count).reduce(0, +) }

  /// - Parameter willStart: hears the name of each arm before its set is started.
  func start(_ willStart: (String) -> Void = { _ in }) throws(LauncherError) {
    for arm in plan.sharesProcessSet ? [0] : Array(plan.arms.indices) {
      willStart(plan.arms[arm].name)
      sets.append(make(arm, generation: 0))
      try sets[arm].spawn()
    }
    for set in sets { try set.wire() }
  }

  /// A set that has not been started and is not one of these.
  ///
  /// - Parameters:
  ///   - generation: how often the arm's set was replaced before.
  ///   - preload: see `ProcessSetOptions`.
  func make(
    _ arm: Int, generation: Int, preload: String? = nil, readySeconds: Double = ProcessSetOptions.readySecondsMax
  ) -> ProcessSet {
    var options = ProcessSetOptions(
      placement: placement.with(plan.placement(of: arm)), arm: plan.sharesProcessSet ? nil : plan.arms[arm].name,
      strategy: plan.arms[arm].name, metrics: metrics, clientConnections: plan.connectionCount,
      seed: plan.seed &+ UInt64(arm) << 32 &+ UInt64(generation) << 48,
      opaqueSize: plan.opaqueSize(of: arm), program: plan.arms[arm].own.program, preload: preload,
      readySeconds: readySeconds, remote: preload == nil ? plan.remote : nil)
    options.spanExport = spanExport
    options.recordsSpans = plan.arms.contains { $0.topology.recordsSpans }
    return ProcessSet(topology: plan.arms[arm].topology, supervisor: supervisor, options: options)
  }

  /// Puts new processes in the place of every set.
  func replaceAll(generation: Int) throws(LauncherError) {
    stop()
    for index in sets.indices {
      sets[index] = make(index, generation: generation)
      try sets[index].spawn()
    }
    for set in sets { try set.wire() }
  }

  /// The set that runs an arm, under that arm's strategy.
  func set(for arm: Int) throws(LauncherError) -> ProcessSet {
    guard plan.sharesProcessSet else { return sets[arm] }
    if sets[0].topology != plan.arms[arm].topology {
      try sets[0].replace(plan.arms[arm].topology, strategy: plan.arms[arm].name)
    }
    return sets[0]
  }

  func stop() { sets.forEach { $0.stop() } }
}
