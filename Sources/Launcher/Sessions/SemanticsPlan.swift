// What `ctxchain semantics` is to do: values only, filled in by the command.

internal import Topology

package struct SemanticsPlan: Sendable {
  package static let depthRange = 2...TopologyLimits.chainDepthMax

  package var commandLine: [String]
  package var toolVersion: String
  package var seed: UInt64
  /// One per strategy, in the order of the table; their topologies are chains of one depth.
  package var arms: [ArmPlan]

  package init(commandLine: [String], toolVersion: String, seed: UInt64, arms: [ArmPlan]) {
    self.commandLine = commandLine
    self.toolVersion = toolVersion
    self.seed = seed
    self.arms = arms
  }

  var depth: Int { arms.first?.topology.services.count ?? 0 }
}
