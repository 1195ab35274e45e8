internal import ArgumentParser
internal import Control
internal import Glibc
internal import Laboratory
internal import Report
internal import Results

struct BenchCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure stores and propagators in one process, without any wire.",
    discussion: """
      Counts allocations exactly, then times every case in batches of at least 1 ms of CPU time, in random order.

      Example: ctxchain bench --stores map,struct --layers 1,5 --time 1s
      """)

  @Option(help: "Stores, separated by commas; without it all.")
  var stores: String?

  @Option(help: "Propagators, separated by commas; without it all.")
  var propagators: String?

  @Option(help: "Layers of 3 keys, each 1 to \(BenchPlan.layersMax), separated by commas.")
  var layers = BenchPlan.layersByDefault.map(String.init).joined(separator: ",")

  @Option(help: "Time for the timed batches; every case has at least \(BenchPlan.batchCountMin), whatever it says.")
  var time = Seconds(5)

  @OptionGroup var seed: SeedOption

  @OptionGroup var output: ResultOptions

  func run(_ call: Invocation) throws {
    let plan = try CommandFailure.ofArguments {
      try BenchPlan(
        stores: stores.map(NameList.read), propagators: propagators.map(NameList.read), layers: layerNumbers(),
        seconds: time.value, seed: seed.value)
    }
    let epilogue = try Epilogue(output, call)
    let result = BenchResult.measure(
      plan, toolVersion: ToolVersion.current, commandLine: call.commandLine,
      startedAt: Timestamp.text(unixSeconds: Glibc.time(nil)), readMeter: { AllocationReading(call.readMeter()) })
    try epilogue.end(status: 0) { Outcome(document: result, text: BenchText.render(result), status: $0) }
  }

  private func layerNumbers() throws -> [Int] {
    try NameList.read(layers).map { text in
      guard let number = Int(text) else {
        throw CommandFailure("--layers: expected numbers separated by commas, got \"\(layers)\"", status: 2)
      }
      return number
    }
  }
}
