// `ctxchain up`: a topology that runs until somebody stops it.

internal import Control
internal import Results
package import Topology

package final class UpSession {
  private let supervisor: Supervisor
  private let set: ProcessSet
  /// What the nodes closed, gave up and refused while they ran, in words; known when `run` has returned.
  package private(set) var incidents: [String] = []

  /// - Parameter port: of the entry's first replica, 0 for a free one.
  package init(topology: Topology, port: UInt16, seed: UInt64, wrappers: [String: [String]]) throws {
    supervisor = try Supervisor()
    set = ProcessSet(
      topology: topology, supervisor: supervisor,
      options: ProcessSetOptions(
        placement: PlacementPlan(.free, cpus: PlacementPlan.allowedCPUs()), entryPort: port, clientConnections: 0,
        seed: seed, wrappers: wrappers))
  }

  /// Starts every node, hands the entry's addresses to `announce`, and returns when that throws, a signal came or a
  /// node died. The second value says what went wrong.
  ///
  /// - Parameter log: gets what the nodes say of their connections meanwhile, line by line.
  package func run(
    log: @escaping (String) -> Void, _ announce: ([String]) throws -> Void
  ) -> (status: Int32, problem: String?) {
    defer {
      incidents =
        set.closedConnections(arm: nil).texts.map { "closed \($0)" }
        + NodeCounter.Group.allCases.flatMap { group in
          set.events(group, arm: nil).texts.map { "\(group.rawValue): \($0)" }
        }
        + set.refusedRequests(arm: nil).texts.map { "refused \($0)" }
      // That callees leave at the end is no news.
      for process in set.processes { process.didLog = nil }
      set.stop()
      supervisor.close()
    }
    do {
      try set.start()
      for process in set.processes { process.didLog = log }
      try announce(set.entryAddresses.map { "\($0.host):\($0.port)" })
      while true { try supervisor.pause(seconds: 3600) }
    } catch LauncherError.interrupted(let signal) {
      return (128 + signal, nil)
    } catch {
      return (1, "\(error)")
    }
  }
}
