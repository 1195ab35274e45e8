internal import ArgumentParser
internal import Launcher
internal import Propagation
internal import Report
internal import Topology

struct LoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Drive load against a running entry.",
    discussion: "Example: ctxchain load 127.0.0.1:7070 --duration 1s --in-flight 64")

  @Argument(help: "The entry: HOST:PORT, as `ctxchain up` prints it.")
  var entry: String

  @Option(help: "How the context is written: propagators, separated by commas.")
  var propagator = "tracecontext,baggage"

  @Option(name: [.short, .long], help: "Connections to the entry, 1 to 1024.")
  var connections = 1

  @Option(help: "Requests under way, 1 to 65536; not used with --rate.")
  var inFlight = 64

  @Option(
    name: [.customShort("R"), .customLong("rate"), .customLong("qps")],
    help: "Requests per second, sent as planned whatever comes back.")
  var rate: Double?

  @Option(name: [.short, .long], help: "How long to load, 100ms to 24h.")
  var duration = Seconds(5)

  @Option(
    name: [.customShort("n"), .long],
    help: "Send this many requests, at most 1000000000, instead of loading for a time.")
  var requests: Int?

  @Option(help: "Deliveries that a request may make, 1 to 1024.")
  var hops = TopologyLimits.maxDepthMax

  @Option(help: "Bytes of every request's payload.")
  var size = 128

  @Option(help: "Bytes that opaque carries, 0 to 65536; without it exactly what packed would send.")
  var opaqueSize: Int?

  @Option(help: "Time after which a request is given up, at most 1h; its deadline.")
  var timeout = Seconds(10)

  @Option(help: "How long to wait for replies at the end, at most 1h.")
  var drain = Seconds(2)

  @Option(help: "Arrivals with --rate: uniform or poisson.")
  var arrival = "uniform"

  @Option(help: "Seed of every random thing.")
  var seed: UInt64 = 1

  @Option(help: "Write the result as JSON to this file; - is standard output.")
  var json: String?

  func run() throws {
    let session = try LoadSession(try plan())
    do {
      if let json { try ResultFile.checkWritable(json) }
      let status = session.run()
      defer { session.close() }
      if let problem = session.problem { throw Console.fail(problem, status: status) }
      if let result = session.result {
        // The file first, while a signal still ends nothing; the table also when there is no file.
        let file = json == ResultFile.standardOutput ? nil : json
        let written = Result { if let file { try ResultFile.write(result, to: file) } }
        session.close()
        let unprinted = Console.report(result.text, json: json)
        try written.get()
        if file == nil, let json { try ResultFile.write(result, to: json) }
        if status == 0, let unprinted { throw unprinted }
      }
      if status != 0 { throw ExitCode(status) }
    } catch let error as ReportError {
      throw Console.fail("\(error)", status: 1)
    }
  }

  private func plan() throws -> LoadPlan {
    let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0 else {
      throw ValidationError("expected HOST:PORT, got \"\(entry)\"")
    }
    guard PropagatorRegistry.resolve(propagator) != nil else {
      let names = PropagatorRegistry.names.joined(separator: ", ")
      throw ValidationError("--propagator: unknown \"\(propagator)\"; expected some of \(names)")
    }
    try OptionRange.check("--connections", connections, 1...1024)
    try OptionRange.check("--in-flight", inFlight, 1...65536)
    try OptionRange.check("--hops", hops, 1...TopologyLimits.maxDepthMax)
    try OptionRange.check("--size", size, 0...TopologyLimits.payloadSizeMax)
    try OptionRange.check("--rate", rate: rate)
    try OptionRange.check("--requests", requests, 1...1_000_000_000)
    try OptionRange.check("--duration", duration, 0.1...86_400)
    try OptionRange.check("--timeout", timeout, OptionRange.timeout)
    try OptionRange.check("--drain", drain, OptionRange.drain)
    guard ["uniform", "poisson"].contains(arrival) else {
      throw ValidationError("--arrival: expected uniform or poisson, got \"\(arrival)\"")
    }
    let topology = Topology(
      entry: 0, maxDepth: 0, client: ClientSide(propagator: propagator, payloadSize: size, set: []), services: [])
    try OpaqueSize.check(opaqueSize, topologies: [topology])
    let experiment = ExperimentPlan(
      commandLine: CommandLine.arguments,
      arms: [ArmPlan(name: "load", store: nil, propagator: propagator, topology: topology)], depths: [hops],
      isChain: true, placement: .free, slotSeconds: duration.value, rounds: 1, budgetSeconds: nil, inFlight: inFlight,
      timeoutSeconds: timeout.value, drainSeconds: drain.value, seed: seed, isPoisson: arrival == "poisson",
      openLoopRate: rate, opaqueSize: opaqueSize, toolVersion: ToolVersion.current)
    return LoadPlan(
      host: String(parts[0]), port: port, experiment: experiment, connections: connections, rate: rate,
      hopsLeft: hops, seconds: duration.value, requestCount: requests)
  }
}
