// Retains and releases, in process sets of their own: the library that counts them stands in front of the runtime, and
// nothing may be timed behind it. Completes what the counting pass found.

internal import Control
internal import Glibc
internal import Results
internal import Topology

struct ReferenceCounting: Pass {
  let kind = ExperimentPlan.Pass.references

  /// Beside the program.
  private static let libraryName = "libctxchain-arc.so"

  /// Nothing happens where a sanitizer does not let the library in. Where it is not there, the result says so.
  func run(on experiment: Experiment) throws(LauncherError) {
    guard experiment.result.counts.contains(where: { $0.method == .mallocInterposition }) else { return }
    guard experiment.plan.remote == nil else {
      experiment.result.notes.append(
        "retains and releases were not counted: that takes nodes that the launcher starts with its library")
      return
    }
    guard !experiment.plan.arms.contains(where: { $0.topology.hasFixedPorts }) else {
      experiment.result.notes.append(
        "retains and releases were not counted: that takes a second process set, and a service has a port of its own")
      return
    }
    let library = ChildProcess.programFolder + "/" + Self.libraryName
    guard access(library, R_OK) == 0 else {
      experiment.result.notes.append(
        "retains and releases were not counted: \(Self.libraryName), which belongs beside the program, is not in "
          + ChildProcess.programFolder)
      return
    }
    for arm in experiment.plan.arms.indices where experiment.plan.arms[arm].controlOf == nil {
      experiment.observer.runDidProgress("counting references: \(experiment.plan.arms[arm].name)", secondsLeft: nil)
      let set = experiment.armSets.make(arm, generation: 0, preload: library)
      defer { set.stop() }
      try set.start()
      for index in experiment.result.counts.indices
      where experiment.result.counts[index].arm == experiment.plan.arms[arm].name {
        try countReferences(on: experiment, arm, set, index)
      }
    }
    experiment.observer.runDidReach("counted retains and releases")
  }

  /// Once to fill what is kept for later requests, then n and 2n requests, whose difference counts.
  private func countReferences(on experiment: Experiment, _ arm: Int, _ set: ProcessSet, _ index: Int)
    throws(LauncherError)
  {
    let n = experiment.result.counts[index].requests
    let spec = TrialSpec(arm: arm, depth: experiment.result.counts[index].depth, phase: .single)
    var readings: [[MeterReading]] = []
    for requestCount in [n, n, 2 * n] {
      readings.append(try set.readMeters())
      _ = try experiment.runner.run(
        spec, on: set, seconds: experiment.plan.timeoutSeconds, round: 0, position: 0, requestCount: requestCount,
        keep: { _ in })
    }
    readings.append(try set.readMeters())
    for node in set.nodes.indices {
      func perRequest(_ path: (MeterReading) -> UInt64?) -> Double? {
        let counts = readings.compactMap { path($0[node]) }
        guard counts.count == readings.count else { return nil }
        return Double(Int64(bitPattern: (counts[3] &- counts[2]) &- (counts[2] &- counts[1]))) / Double(n)
      }
      experiment.result.counts[index].nodes[node].retainsPerRequest = perRequest(\.retains)
      experiment.result.counts[index].nodes[node].releasesPerRequest = perRequest(\.releases)
    }
  }
}
