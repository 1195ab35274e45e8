internal import ArgumentParser
internal import CMeter
internal import Laboratory

/// For `make bench`, which runs it under callgrind.
struct InstructionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "instructions",
    abstract: "Repeat the work of a store, a propagator or a hop, for a tool that counts its instructions.",
    discussion: """
      Prints what the calls came to, their allocations, and their retains, releases and dynamic casts, which are - \
      without libctxchain-arc.so in LD_PRELOAD. Without a case it lists them, each with its goal in user instructions \
      per call, the case whose figure is subtracted (- where there is none), and whether a call may allocate.

      Example: ctxchain instructions packed-newest-64 1000
      """,
    shouldDisplay: false)

  @Argument(help: "The case.")
  var name: String?

  @Argument(help: "How many calls, 1 to 1000000000.")
  var count: Int = 1

  func run() throws {
    guard let name else {
      for one in InstructionCases.all {
        try Console.out("\(one.name) \(one.goal.map(String.init) ?? "-") \(one.deducted ?? "-") \(one.allocates)\n")
      }
      return
    }
    try OptionRange.check("COUNT", count, 1...1_000_000_000)
    guard let one = InstructionCases.all.first(where: { $0.name == name }) else {
      let known = InstructionCases.all.map(\.name).joined(separator: ", ")
      throw ValidationError("expected one of \(known), got \"\(name)\"")
    }
    let calls = one.prepare()
    // What is made at the first call is no call's own.
    _ = calls(1)
    var (before, after) = (ctx_arc_counts(), ctx_arc_counts())
    let countsReferences = ctx_meter_read_arc(&before)
    let allocations = ctx_meter_read().allocations
    let result = calls(count)
    var line = "\(result) \(ctx_meter_read().allocations &- allocations)"
    _ = ctx_meter_read_arc(&after)
    for path in [\ctx_arc_counts.retains, \.releases, \.casts] {
      line += countsReferences ? " \(after[keyPath: path] &- before[keyPath: path])" : " -"
    }
    try Console.out(line + "\n")
  }
}
