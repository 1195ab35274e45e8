internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results
internal import Topology

struct LeakCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "leak",
    abstract: "Contexts with a deadline that outlive their requests, beside the same done right.",
    discussion: """
      Every service keeps a context per request. In one chain nobody takes it out of the map or cancels its timer; in \
      the other both go when the request ends. Contexts and timers per service over time, and memory.

      Example: ctxchain lab leak --deadline 1s --duration 500ms
      """)

  @Option(help: "Of every context that is kept, 100ms to 10m.")
  var deadline = Seconds(10)

  @Option(name: [.short, .long], help: "How long to load, 100ms to 10m.")
  var duration = Seconds(2)

  @Option(name: [.customShort("R"), .long], help: "Requests per second, 1 to 20000.")
  var rate = 200.0

  @Option(name: [.customShort("n"), .long], help: "Services of each chain, 1 to 16.")
  var depth = 3

  @Option(help: "The strategy of every service: a preset with a store.")
  var strategy = "value-chain"

  @OptionGroup var seed: SeedOption

  @OptionGroup var output: ResultOptions

  func run(_ call: Invocation) throws {
    let plan = try plan(call)
    try Epilogue(output, call).run({ try LeakSession(plan, observer: $0) }) { session, status in
      let result = session.result
      return Outcome(
        document: result, text: result.isEmpty ? "" : LeakText.render(result), status: status,
        complaints: session.problems)
    }
  }

  private func plan(_ call: Invocation) throws -> LeakPlan {
    try OptionRange.check("--deadline", deadline, 0.1...600)
    try OptionRange.check("--duration", duration, 0.1...600)
    try OptionRange.check("--rate", rate: rate)
    try OptionRange.check("--depth", depth, 1...16)
    guard rate <= 20_000, rate * duration.value <= LeakPlan.requestCountMax else {
      throw ValidationError("--rate: expected at most 20000, and \(Int(LeakPlan.requestCountMax)) requests in all")
    }
    let names = Vocabulary.current.presets.filter { $0.store != "none" }.map(\.name)
    try OptionRange.check("--strategy", strategy, oneOf: names)
    let topology = try GeneratedChain.make(
      depth: depth, strategy: strategy, growth: nil, keysPerLayer: nil, size: 128, responseSize: 128)
    return LeakPlan(
      commandLine: call.commandLine, toolVersion: ToolVersion.current, seed: seed.value, strategy: strategy,
      topology: topology, rate: rate, loadSeconds: duration.value, deadlineSeconds: deadline.value)
  }
}
