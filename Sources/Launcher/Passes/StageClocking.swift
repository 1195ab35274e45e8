// The stage pass: one request under way, every arm with stage clocks and without, in rounds of its own. Its trials are in
// no other figure.

internal import Control
internal import Results
internal import Statistics
internal import Topology

struct StageClocking: Pass {
  let kind = ExperimentPlan.Pass.stages

  func run(on experiment: Experiment) throws(LauncherError) {
    var incomplete: Set<String> = []
    for round in 0..<ExperimentPlan.stageRoundCount(rounds: experiment.plan.rounds) {
      for arm in RoundSchedule.order(seed: experiment.plan.seed &+ 1, round: round, count: experiment.plan.arms.count) {
        experiment.observer.runDidProgress("clocking stages: \(experiment.plan.arms[arm].name)", secondsLeft: nil)
        guard let pass = try clockStages(on: experiment, arm, round) else {
          incomplete.insert(experiment.plan.arms[arm].name)
          continue
        }
        experiment.result.stages = (experiment.result.stages ?? []) + [pass]
      }
    }
    if !incomplete.isEmpty {
      experiment.result.notes.append("no stages of \(incomplete.sorted().joined(separator: ", ")): requests failed")
    }
    experiment.observer.runDidReach("clocked where the time of requests goes")
  }

  /// Nil when not every request was completed: the sums of processes would not be of the same requests.
  private func clockStages(on experiment: Experiment, _ arm: Int, _ round: Int) throws(LauncherError) -> StagePass? {
    let set = try experiment.set(for: arm)
    let count = stagedRequestCount(on: experiment, arm)
    var spec = TrialSpec(arm: arm, depth: experiment.depthMax(of: arm), phase: .single)
    func run(_ requestCount: Int) throws(LauncherError) -> MeasuredTrial {
      try experiment.runner.run(
        spec, on: set, seconds: experiment.plan.timeoutSeconds, round: round, position: arm, requestCount: requestCount,
        keep: { _ in })
    }
    var plain: MeasuredTrial?
    let isPlainFirst = RoundSchedule.order(seed: experiment.plan.seed &+ UInt64(arm), round: round, count: 2)[0] == 0
    if isPlainFirst { plain = try run(count) }
    spec.clocksStages = true
    _ = try readStages(set, keepClocking: true)
    // Fills the tables of a way that only clocked requests take.
    _ = try run(ExperimentPlan.countedRequestCountMin)
    _ = try readStages(set, keepClocking: true)
    let clocked = try run(count)
    let sums = try readStages(set, keepClocking: false)
    spec.clocksStages = false
    if !isPlainFirst { plain = try run(count) }
    guard let plain, let client = clocked.stages, client.requests == count else { return nil }
    return StagePass(
      arm: experiment.plan.arms[arm].name, depth: experiment.depthMax(of: arm), round: round, client: client,
      sums: sums, set: set,
      throughput: clocked.trial.throughput, throughputWithoutClocks: plain.trial.throughput)
  }

  private func readStages(_ set: ProcessSet, keepClocking: Bool) throws(LauncherError) -> [StageSums] {
    var sums = Array(repeating: StageSums(), count: set.nodes.count)
    try set.ask(.clockStages(keepClocking), "stages") { index, report in
      guard case .stages(let reading) = report else { return false }
      sums[index] = reading
      return true
    }
    return sums
  }

  /// As many as fit a trial of the pass, by what one took in the counting pass.
  private func stagedRequestCount(on experiment: Experiment, _ arm: Int) -> Int {
    let affordable = ExperimentPlan.stageTrialSeconds / max(experiment.secondsPerRequest[arm] ?? 0, 1e-9)
    return max(
      ExperimentPlan.countedRequestCountMin, Int(min(Double(ExperimentPlan.stagedRequestCountMax), affordable)))
  }
}

extension StagePass {
  fileprivate init(
    arm: String, depth: Int, round: Int, client: ClientStageSums, sums: [StageSums], set: ProcessSet,
    throughput: Double, throughputWithoutClocks: Double
  ) {
    let n = Double(client.requests)
    let nodes = set.nodes.indices.map { index in
      NodeStages(
        service: set.topology.services[set.nodes[index].service].name, replica: set.nodes[index].replica,
        sums: sums[index], requestCount: n)
    }
    self.init(
      arm: arm, depth: depth, round: round, requests: Int(client.requests), response: Double(client.response) / n,
      throughput: throughput, throughputWithoutClocks: throughputWithoutClocks,
      client: ClientStages(wait: Double(client.wait) / n, write: Double(client.write) / n), nodes: nodes)
  }
}

extension NodeStages {
  fileprivate init(service: String, replica: Int, sums: StageSums, requestCount n: Double) {
    self.init(
      service: service, replica: replica, deliveriesPerRequest: Double(sums.requests) / n,
      write: Double(sums.write) / n, wait: Double(sums.wait) / n, overlap: Double(sums.overlap) / n,
      residence: Double(sums.residence) / n
    ) { Double(sums.stages[$0.rawValue]) / n }
  }
}
