// What the context work of a service took in one process, without any wire: measured before the rounds.

package import Statistics

/// Of one arm at one layer. An *arrival* is extract and standard work, a *hop* that and one inject.
package struct InProcessHop: Codable, Equatable, Sendable {
  package var arm: String
  /// Place of the service on the path, from 1. With growth `shadow` there is one, because all cost the same.
  package var layer: Int
  /// CPU time, over the batches.
  package var arrivalNanoseconds: Spread
  package var hopNanoseconds: Spread
  /// Absent where nothing counts.
  package var arrivalAllocations: Double?
  package var hopAllocations: Double?

  package init(
    arm: String, layer: Int, arrivalNanoseconds: Spread, hopNanoseconds: Spread, arrivalAllocations: Double?,
    hopAllocations: Double?
  ) {
    self.arm = arm
    self.layer = layer
    self.arrivalNanoseconds = arrivalNanoseconds
    self.hopNanoseconds = hopNanoseconds
    self.arrivalAllocations = arrivalAllocations
    self.hopAllocations = hopAllocations
  }

  /// The layer that stands for a path: its middle one, of two the earlier.
  package static func layer(depth: Int) -> Int { max(1, (depth + 1) / 2) }
}
