// A call whose instructions are counted: the call, over and over, and how many instructions it may take. Nothing here
// counts; `Benchmarks/bench` runs the program under callgrind, with N calls and with 2N.

package struct InstructionCase: Sendable {
  /// What is counted, in words of the command line: `packed-newest-64`.
  package let name: String
  /// User instructions per call, the loop around it included; nil where there is no goal and the figure is only shown.
  package let goal: Int?
  /// Makes what the calls work on, and returns the loop over them. The loop returns something of what each call read or
  /// wrote, so that no compiler can leave one out.
  package let prepare: @Sendable () -> (_ callCount: Int) -> UInt64

  package init(
    _ name: String, goal: Int? = nil, prepare: @escaping @Sendable () -> (_ callCount: Int) -> UInt64
  ) {
    self.name = name
    self.goal = goal
    self.prepare = prepare
  }
}
