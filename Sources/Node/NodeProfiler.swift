// How a node samples itself, handed in: this module must not import CMeter.

package import Control

package struct NodeProfiler {
  /// Starts to sample the calling thread; `none` when that is not possible.
  let start: (ProfileOrder) -> ProfileClock
  /// Ends it; the summary's meter is the caller's to fill in.
  let stop: () -> (summary: ProfileSummary, stacks: [ProfileStack])

  package init(
    start: @escaping (ProfileOrder) -> ProfileClock,
    stop: @escaping () -> (summary: ProfileSummary, stacks: [ProfileStack])
  ) {
    self.start = start
    self.stop = stop
  }
}
