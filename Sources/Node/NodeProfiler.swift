// How a node samples itself, handed in: this module must not import CMeter.

package import Control

package struct NodeProfiler: Sendable {
  /// Starts to sample the calling thread; `none` when that is not possible.
  let start: @Sendable (ProfileOrder) -> ProfileClock
  /// Ends it; the summary's meter is the caller's to fill in.
  let stop: @Sendable () -> (summary: ProfileSummary, stacks: [ProfileStack])

  package init(
    start: @escaping @Sendable (ProfileOrder) -> ProfileClock,
    stop: @escaping @Sendable () -> (summary: ProfileSummary, stacks: [ProfileStack])
  ) {
    self.start = start
    self.stop = stop
  }
}
