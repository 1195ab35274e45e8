internal import ArgumentParser
internal import Glibc
internal import Laboratory
internal import Report
internal import Results
internal import Topology
internal import TransportCore

struct SelftestCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Hold the load client against what theory says it must see.",
    discussion: """
      Against servers in the same process, on the real clock. All of it takes less than two minutes when nothing has to \
      be tried again.

      Example: ctxchain selftest --only null
      """)

  @Option(help: "Tests, separated by commas: null, stall, md1, poisson; without it all.")
  var only: String?

  @Option(help: "What carries the requests: frame, http1 or grpc; without it each test runs over all.")
  var transport: String?

  @OptionGroup var seed: SeedOption

  @OptionGroup var output: ResultOptions

  mutating func validate() throws {
    try OptionRange.check("--transport", transport, oneOf: Vocabulary.current.transports)
  }

  func run(_ call: Invocation) throws {
    let tests = try CommandFailure.ofArguments {
      try SelfTestKind.named(only.map(NameList.read))
    }
    let epilogue = try Epilogue(output, call)
    let startedAt = Timestamp.text(unixSeconds: Glibc.time(nil))
    let selfTest = try SelfTest(seed: seed.value) { call.console.error($0) }
    let outcomes = try selfTest.run(tests, over: Transport.all.filter { $0.name == transport ?? $0.name })
    let result = SelfTestResult(
      toolVersion: ToolVersion.current, commandLine: call.commandLine, startedAt: startedAt, seed: seed.value,
      signal: selfTest.receivedSignal, tests: outcomes)
    try epilogue.end(status: Int32(result.exitStatus), releaseSignals: selfTest.close) { status in
      Outcome(document: result, text: result.tests.isEmpty ? "" : SelfTestText.render(result), status: status)
    }
  }
}
