// Retains and releases, in process sets of their own: the library that counts them stands in front of the runtime, and
// nothing may be timed behind it. Completes what the counting pass found.

internal import Control
internal import Glibc
internal import Results
internal import Topology

extension Experiment {
  /// Beside the program.
  private static let libraryName = "libctxchain-arc.so"

  /// Nothing happens where a sanitizer does not let the library in. Where it is not there, the result says so.
  func countReferences() throws(LauncherError) {
    guard result.counts.contains(where: { $0.method == .mallocInterposition }) else { return }
    let library = ChildProcess.programFolder + "/" + Experiment.libraryName
    guard access(library, R_OK) == 0 else {
      result.notes.append(
        "retains and releases were not counted: \(Experiment.libraryName), which belongs beside the program, is not in "
          + ChildProcess.programFolder)
      return
    }
    for arm in plan.arms.indices where plan.arms[arm].controlOf == nil {
      observer.runDidProgress("counting references: \(plan.arms[arm].name)", secondsLeft: nil)
      let set = armSets.make(arm, generation: 0, preload: library)
      defer { set.stop() }
      try set.start()
      for index in result.counts.indices where result.counts[index].arm == plan.arms[arm].name {
        try countReferences(arm, set, index)
      }
    }
    observer.runDidReach("counted retains and releases")
  }

  /// Once to fill what is kept for later requests, then n and 2n requests, whose difference counts.
  private func countReferences(_ arm: Int, _ set: ProcessSet, _ index: Int) throws(LauncherError) {
    let n = result.counts[index].requests
    let spec = SlotSpec(arm: arm, depth: result.counts[index].depth, phase: .single)
    var readings: [[MeterReading]] = []
    for requestCount in [n, n, 2 * n] {
      readings.append(try readMeters(set))
      _ = try runner.run(
        spec, on: set, seconds: plan.timeoutSeconds, round: 0, position: 0, requestCount: requestCount,
        keep: { _ in })
    }
    readings.append(try readMeters(set))
    for node in set.nodes.indices {
      func perRequest(_ path: (MeterReading) -> UInt64?) -> Double? {
        let counts = readings.compactMap { path($0[node]) }
        guard counts.count == readings.count else { return nil }
        return Double(Int64(bitPattern: (counts[3] &- counts[2]) &- (counts[2] &- counts[1]))) / Double(n)
      }
      result.counts[index].nodes[node].retainsPerRequest = perRequest(\.retains)
      result.counts[index].nodes[node].releasesPerRequest = perRequest(\.releases)
    }
  }

  func readMeters(_ set: ProcessSet) throws(LauncherError) -> [MeterReading] {
    let token = set.makeToken()
    var meters = Array(repeating: MeterReading(), count: set.nodes.count)
    try set.ask(.readMeter(token: token), "counters") { index, report in
      guard case .meter(let reading) = report, reading.token == token else { return false }
      meters[index] = reading
      return true
    }
    return meters
  }

  /// After the rounds, when every node has what it needs.
  func noteMemory() {
    var list: [NodeMemory] = []
    for (index, set) in sets.enumerated() {
      for node in set.nodes {
        let memory = TaskFigures.memory(pid: node.process.pid)
        guard let resident = memory.resident, let proportional = memory.proportional else { continue }
        list.append(
          NodeMemory(
            arm: plan.sharesProcessSet ? nil : plan.arms[index].name, service: set.topology.services[node.service].name,
            replica: node.replica, resident: resident, proportional: proportional))
      }
    }
    if !list.isEmpty { result.memory = list }
  }
}
