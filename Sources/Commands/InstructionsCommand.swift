internal import ArgumentParser
internal import Control
internal import Laboratory

/// For `make bench`, which runs it under callgrind.
struct InstructionsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "instructions",
    abstract: "Repeat one call to a store or a propagator, for a tool that counts its instructions.",
    discussion: """
      Prints what the calls came to, and the allocations that they made. Without a case it lists them, each with its \
      goal in user instructions per call and the case whose figure is subtracted; - where there is none.

      Example: ctxchain instructions packed-newest-64 1000
      """,
    shouldDisplay: false)

  @Argument(help: "The case.")
  var name: String?

  @Argument(help: "How many calls, 1 to 1000000000.")
  var count: Int = 1

  func run(_ call: Invocation) throws {
    guard let name else {
      for one in InstructionCases.all {
        try call.console.out("\(one.name) \(one.goal.map(String.init) ?? "-") \(one.deducted ?? "-")\n")
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
    let before = call.readMeter().allocations
    let result = calls(count)
    try call.console.out("\(result) \(call.readMeter().allocations &- before)\n")
  }
}
