internal import ArgumentParser
internal import Glibc
internal import Laboratory
internal import Report
internal import Results

struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Hold the load client against what theory says it must see.",
    discussion: """
      Against servers in the same process, on the real clock. All of it takes less than a minute when nothing has to be \
      tried again.

      Example: ctxchain selftest --only null
      """)

  @Option(help: "Tests, separated by commas: null, stall, md1, poisson; without it all.")
  var only: String?

  @Option(help: "Seed of arrivals.")
  var seed: UInt64 = 1

  @Option(
    help: "Write the result as JSON to this file; - is standard output, and the table then goes to standard error.")
  var json: String?

  func run() throws {
    let tests: [SelfTestKind]
    do {
      let names = only.map(NameList.read)
      tests = try SelfTestKind.named(names)
    } catch {
      throw Console.fail("\(error)", status: 2)
    }
    do {
      if let json { try ResultFile.checkWritable(json) }
      let startedAt = Timestamp.text(unixSeconds: Glibc.time(nil))
      let selfTest = try SelfTest(seed: seed) { Console.error($0) }
      let outcomes = try selfTest.run(tests)
      let result = SelfTestResult(
        toolVersion: ToolVersion.current, commandLine: CommandLine.arguments, startedAt: startedAt, seed: seed,
        signal: selfTest.receivedSignal, tests: outcomes)
      let file = json == ResultFile.standardOutput ? nil : json
      if let file { try ResultFile.write(result, to: file) }
      selfTest.close()
      let unprinted = Console.report(SelfTestText.render(result), json: json)
      if file == nil, let json { try ResultFile.write(result, to: json) }
      if result.exitStatus != 0 { throw ExitCode(Int32(result.exitStatus)) }
      if let unprinted { throw unprinted }
    } catch let code as ExitCode {
      throw code
    } catch {
      throw Console.fail("\(error)", status: 1)
    }
  }
}
