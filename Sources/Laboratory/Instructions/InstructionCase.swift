// Work whose instructions are counted: the work, over and over, and what it may take. Nothing here counts;
// `Benchmarks/bench` runs the program with N repetitions and with 2N, under callgrind and beside the meters.

package struct InstructionCase: Sendable {
  /// What is counted, in words of the command line: `packed-newest-64`.
  package let name: String
  /// User instructions per call; nil where there is no goal and the figure is only shown.
  package let goal: Int?
  /// Whether a call that finds its room grown may ask the allocator for more.
  package let allocates: Bool
  /// The case whose figure is subtracted, such as the loop with a call of a function that does nothing; nil: nothing is.
  package let deducted: String?
  /// Makes what the calls work on, and returns the loop over them. The loop returns something of what each call read or
  /// wrote, so that no compiler can leave one out.
  package let prepare: @Sendable () -> (_ callCount: Int) -> UInt64

  package init(
    _ name: String, goal: Int? = nil, allocates: Bool = false, deducting deducted: String? = nil,
    prepare: @escaping @Sendable () -> (_ callCount: Int) -> UInt64
  ) {
    self.name = name
    self.goal = goal
    self.allocates = allocates
    self.deducted = deducted
    self.prepare = prepare
  }
}
