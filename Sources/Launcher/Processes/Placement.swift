// Which CPU each process runs on: the choice that matters more to the figures than any other.

internal import CLinux
internal import Glibc

/// - `one`: nodes and client on the least-loaded allowed CPU, the launcher on another where there is one.
/// - `clientApart`: nodes on one CPU, the client on another.
/// - `spread`: nodes round the allowed CPUs, the client on the next; a node of several workers on all of them.
/// - `free`: the scheduler decides, as in production.
package enum Placement: String, CaseIterable, Codable, Sendable {
  case one
  case clientApart = "client-apart"
  case spread
  case free
}

/// The CPUs that a placement gives out.
struct PlacementPlan {
  let placement: Placement
  private let cpus: [Int32]

  /// - Parameter cpus: allowed CPUs, least loaded first; at least one.
  init(_ placement: Placement, cpus: [Int32]) {
    precondition(!cpus.isEmpty)
    self.placement = placement
    self.cpus = cpus
  }

  /// The allowed CPUs by what each does meanwhile, the least loaded first: load is judged once, over 0.1 s.
  static func choosing(
    _ placement: Placement, among allowed: [Int32], _ supervisor: Supervisor
  ) throws(LauncherError) -> PlacementPlan {
    let before = HostReading()
    try supervisor.pause(seconds: 0.1)
    return PlacementPlan(placement, cpus: HostReading().leastLoaded(allowed, since: before))
  }

  /// The same CPUs, given out otherwise.
  func with(_ placement: Placement) -> PlacementPlan { PlacementPlan(placement, cpus: cpus) }

  /// Nil leaves the process where the scheduler puts it.
  func cpu(forNode index: Int, workers: Int) -> Int32? {
    switch placement {
    case .one, .clientApart: cpus[0]
    case .spread: workers > 1 ? nil : cpus[index % cpus.count]
    case .free: nil
    }
  }

  func cpuForClient(nodeCount: Int) -> Int32? {
    switch placement {
    case .one: cpus[0]
    case .clientApart: cpus[1 % cpus.count]
    case .spread: cpus[nodeCount % cpus.count]
    case .free: nil
    }
  }

  var cpuForLauncher: Int32? { placement == .free ? nil : cpus[cpus.count - 1] }

  /// Those on which nodes and client run.
  var cpusInUse: [Int32] {
    switch placement {
    case .one: [cpus[0]]
    case .clientApart: Array(cpus.prefix(2))
    case .spread, .free: cpus
    }
  }

  /// The least loaded.
  var quietCPU: Int32 { cpus[0] }

  func pin(_ pid: pid_t, to cpu: Int32?) { if let cpu { ctx_pin_to_cpu(pid, cpu) } }

  static func allowedCPUs() -> [Int32] {
    var cpus = [Int32](repeating: 0, count: 1024)
    let count = ctx_allowed_cpus(&cpus, Int32(cpus.count))
    return count > 0 ? Array(cpus.prefix(Int(count))) : [0]
  }
}
