internal import ArgumentParser
internal import Control
internal import Laboratory

/// For `make bench`, which runs it under callgrind.
struct InstructionsCommand: Command {
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

  func run(_ call: Invocation) throws {
    guard let name else {
      for one in InstructionCases.all {
        try call.console.out(
          "\(one.name) \(one.goal.map(String.init) ?? "-") \(one.deducted ?? "-") \(one.allocates)\n")
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
    let before = call.readMeter()
    let result = calls(count)
    let made = call.readMeter().since(before)
    let references = [made.retains, made.releases, made.casts].map { $0.map(String.init) ?? "-" }
    let line = ["\(result)", "\(made.allocations)"] + references
    try call.console.out(line.joined(separator: " ") + "\n")
  }
}
