internal import ArgumentParser
internal import Context
internal import Launcher
internal import Report
internal import Results

struct LabRaceCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "race",
    abstract: "Let many threads write to one map: a plain one, and each shared store.",
    discussion: """
      The plain map must be seen to fail: by a crash, by writes that are missing, or by a report of ThreadSanitizer where \
      the program was built with it. Each shared store must survive the same, with every write accounted for. Else the \
      status is 1.

      Example: ctxchain lab race --writes 500
      """)

  @Option(help: "Threads that write, 2 to \(RacePlan.writersMax).")
  var writers = 10

  @Option(help: "Writes of each thread, 1 to \(RacePlan.writesMax).")
  var writes = 10_000

  @Option(help: "Runs of the plain map, until it fails, 1 to 1000.")
  var attempts = 20

  @Option(help: "Runs of every shared store, 1 to 1000.")
  var runs = 3

  @OptionGroup var seed: SeedOption

  @OptionGroup var output: ResultOptions

  mutating func validate() throws {
    try OptionRange.check("--writers", writers, 2...RacePlan.writersMax)
    try OptionRange.check("--writes", writes, 1...RacePlan.writesMax)
    try OptionRange.check("--attempts", attempts, 1...1000)
    try OptionRange.check("--runs", runs, 1...1000)
  }

  func run(_ call: Invocation) throws {
    let plan = RacePlan(
      toolVersion: ToolVersion.current, commandLine: call.commandLine,
      stores: StoreKind.allCases.filter(\.isShared).map(\.rawValue), writers: writers, writesPerWriter: writes,
      runsMax: attempts, runsOfSafe: runs, seed: seed.value)
    try Epilogue(output, call).run({ try RaceSession(plan, observer: $0) }) { session, status in
      var result = session.result
      result.exitStatus = Int(status)
      return Outcome(
        document: result, text: result.isEmpty ? "" : RaceText.render(result), status: status,
        complaints: session.problems)
    }
  }
}
