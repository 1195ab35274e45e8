// What an arm has to itself where arms differ by more than their strategy, as those of `compare` may. It decides nothing.

internal import Results
internal import Topology

/// Nil is what the plan says.
package struct ArmConditions: Equatable, Sendable {
  /// The only depth at which the arm is measured.
  package var depth: Int?
  /// Deliveries that a request may make; nil where the graph itself ends it.
  package var hopsLeft: Int?
  package var placement: Placement?
  package var inFlight: Int?
  package var opaqueSize: Int?
  /// Path of another ctxchain that runs the nodes and the client.
  package var program: String?

  package init() {}
}

extension ExperimentPlan {
  /// Processes beyond which arms that cannot share a set are refused.
  package static let separateProcessCountMax = 512

  func placement(of arm: Int) -> Placement { arms[arm].own.placement ?? placement }
  func inFlight(of arm: Int) -> Int { arms[arm].own.inFlight ?? inFlight }
  func opaqueSize(of arm: Int) -> Int? { arms[arm].own.opaqueSize ?? opaqueSize }

  /// Of those that the plan still has, the depths of one arm.
  func depths(of arm: Int, among depths: [Int]) -> [Int] { arms[arm].own.depth.map { [$0] } ?? depths }

  /// A set is switched by message, which replaces what services do, not which there are, nor what runs them and where.
  var canShareProcessSet: Bool {
    arms.indices.allSatisfy { arm in
      arms[arm].topology.hasSameProcesses(as: arms[0].topology) && arms[arm].own.program == arms[0].own.program
        && placement(of: arm) == placement(of: 0) && opaqueSize(of: arm) == opaqueSize(of: 0)
    }
  }

  /// The launcher stays where it is when some arm's processes are to run freely: they inherit its CPUs.
  var pinsLauncher: Bool { arms.indices.allSatisfy { placement(of: $0) != .free } }
}

extension Topology {
  fileprivate func hasSameProcesses(as other: Topology) -> Bool {
    guard entry == other.entry, services.count == other.services.count else { return false }
    return zip(services, other.services).allSatisfy { left, right in
      left.name == right.name && left.replicas == right.replicas && Set(left.callees) == Set(right.callees)
        && left.external == right.external && left.port == right.port
    }
  }
}

extension Arm {
  /// - Parameter shown: the result's own topology.
  init(_ plan: ArmPlan, shown: Topology) {
    self.init(
      name: plan.name, store: plan.store, propagator: plan.propagator, transport: plan.transport,
      controlOf: plan.controlOf)
    placement = plan.own.placement?.rawValue
    inFlight = plan.own.inFlight
    opaqueSize = plan.own.opaqueSize
    program = plan.own.program
    // Arms of one run differ by strategy as a rule; only a graph of its own is worth repeating.
    if plan.own.depth != nil, plan.topology != shown { topology = plan.topology }
  }
}
