// Options that several commands have, each declared here and nowhere else. What a command has not been given is nil, so
// that defaults can differ and a command can refuse what means nothing to it.

internal import ArgumentParser
internal import Context
internal import Launcher
internal import Results
internal import Topology

/// Of every command with a result.
struct ResultOptions: ParsableArguments {
  @Option(
    help: "Write the result as JSON to this file; - is standard output, and the text then goes to standard error.")
  var json: String?

  @Flag(help: "Keep no copy of the result in .ctxchain/, where the newest \(SavedResults.countMax) are.")
  var noSave = false

  @Flag(help: "Say nothing on standard error but what is wrong.")
  var quiet = false
}

struct SeedOption: ParsableArguments {
  static let byDefault: UInt64 = 1

  @Option(help: "Seed of every random thing; 1 without it.")
  var seed: UInt64?

  var value: UInt64 { seed ?? Self.byDefault }
  var given: [(String, Bool)] { [("--seed", seed != nil)] }
}

struct PlacementOption: ParsableArguments {
  @Option(help: "Where processes run: one, client-apart, spread or free; one without it.")
  var placement: String?

  mutating func validate() throws {
    try OptionRange.check("--placement", placement, oneOf: Placement.allCases.map(\.rawValue))
  }

  var value: Placement { placement.flatMap(Placement.init) ?? .one }
  var given: [(String, Bool)] { [("--placement", placement != nil)] }
}

/// What a generated chain is made of, and what replaces in a file what it says.
struct ChainOptions: ParsableArguments {
  static let payloadSizeByDefault = 128

  @Option(bytes: "Bytes of every request's payload in a generated chain; 128 without it.")
  var size: Int?

  @Option(bytes: "Bytes of every response's payload in a generated chain; 128 without it.")
  var responseSize: Int?

  @Option(help: "Names of the keys that each layer sets: shadow or distinct; shadow without it.")
  var growth: String?

  @Option(help: "Keys that each layer sets, 0 to 64; 3 without it.")
  var keysPerLayer: Int?

  @Option(help: "What carries requests on every edge, but for a strategy that names its own: frame, http1 or grpc.")
  var transport: String?

  @Option(help: "Requests under way on a connection of an edge over http1, 1 to 256; 1 without it.")
  var pipeline: Int?

  @Option(help: "Where requests over http1 and grpc carry the context: header or body; header without it.")
  var place: String?

  @Option(
    help: "Header fields that HPACK puts into its table over grpc: \(FieldIndexing.expectation); index without it.")
  var hpack: String?

  @OptionGroup var tracing: TracingOption

  mutating func validate() throws {
    if let transport { try OptionRange.check("--transport", transport, oneOf: Vocabulary.current.transports) }
    try OptionRange.check("--pipeline", pipeline, 1...TopologyLimits.pipelineMax)
    try OptionRange.check("--place", place, oneOf: ContextPlace.allCases.map(\.rawValue))
    if let hpack, neverIndexed == nil {
      throw ValidationError("--hpack: expected \(FieldIndexing.expectation), got \"\(hpack)\"")
    }
    try OptionRange.check("--growth", growth, oneOf: ContextGrowth.allCases.map(\.rawValue))
    try OptionRange.check("--keys-per-layer", keysPerLayer, 0...TopologyLimits.keysPerLayerMax)
  }

  var given: [(String, Bool)] {
    [
      ("--size", size != nil), ("--response-size", responseSize != nil), ("--growth", growth != nil),
      ("--keys-per-layer", keysPerLayer != nil), ("--transport", transport != nil),
      ("--pipeline", pipeline != nil), ("--place", place != nil),
      ("--hpack", hpack != nil),
    ] + tracing.given
  }

  func chain(depth: Int, _ preset: Vocabulary.Preset) throws -> Topology {
    let chain = try GeneratedChain.make(
      depth: depth, strategy: preset.name, growth: growth, keysPerLayer: keysPerLayer,
      size: size ?? Self.payloadSizeByDefault, responseSize: responseSize ?? Self.payloadSizeByDefault)
    // One that has a transport of its own keeps it.
    return try chain.applying(
      TopologyOverrides(
        transport: preset.transport ?? transport, pipeline: pipeline, place: contextPlace,
        neverIndexed: neverIndexed, tracing: tracing.ratio),
      vocabulary: .current)
  }

  /// A file's own sizes stay.
  func topology(file: String) throws -> Topology {
    try TopologyFile.loadToMeasure(
      path: file,
      with: TopologyOverrides(
        transport: transport, pipeline: pipeline, place: contextPlace, neverIndexed: neverIndexed, growth: growth,
        keysPerLayer: keysPerLayer, tracing: tracing.ratio))
  }

  var neverIndexed: [String]? { hpack.flatMap(FieldIndexing.read) }

  var contextPlace: ContextPlace? { place.flatMap(ContextPlace.init) }
}

/// How services are loaded that the command starts itself.
struct DriveOptions: ParsableArguments {
  static let inFlightRange = 1...4096

  @Option(help: "Requests under way in a closed loop, over one connection, 1 to 4096; 64 without it.")
  var inFlight: Int?

  @Option(help: "Open-loop arrivals: poisson or uniform; poisson without it.")
  var arrival: String?

  @Option(help: "Time after which a request is abandoned, at most 1h; its deadline; 10s without it.")
  var timeout: Seconds?

  @Option(help: "How long to wait for replies at the end of a trial, at most 1h; 2s without it, 5s for capacity.")
  var drain: Seconds?

  @Option(bytes: "Bytes that opaque carries, 0 to 65536; without it exactly what packed would send.")
  var opaqueSize: Int?

  mutating func validate() throws {
    try OptionRange.check("--in-flight", inFlight, Self.inFlightRange)
    try OptionRange.check("--arrival", arrival, oneOf: OptionRange.arrivals)
    if let timeout { try OptionRange.check("--timeout", timeout, OptionRange.timeout) }
    if let drain { try OptionRange.check("--drain", drain, OptionRange.drain) }
  }

  var given: [(String, Bool)] {
    [
      ("--in-flight", inFlight != nil), ("--arrival", arrival != nil), ("--timeout", timeout != nil),
      ("--drain", drain != nil), ("--opaque-size", opaqueSize != nil),
    ]
  }
}

struct TrialOption: ParsableArguments {
  @Option(help: "Length of a trial, with its unit, 20ms to 10m; 31ms without it, 500ms for lab pressure.")
  var trial: Seconds?

  /// What the option was called at first.
  @Option(name: .customLong("slot"), help: .hidden)
  var slot: Seconds?

  var seconds: Double? { (trial ?? slot)?.value }

  mutating func validate() throws {
    if let length = trial ?? slot { try OptionRange.check("--trial", length, ExperimentPlan.trialSecondsMin...600) }
  }
}

/// Trials in rounds, whose number is the command's.
struct RoundOptions: ParsableArguments {
  /// An arm that gets more is saturated as soon as requests come unevenly.
  private static let utilisationRange = 0.01...0.95

  @Option(
    name: [.customShort("R"), .customLong("rate"), .customLong("qps")],
    help: "Requests per second of the open-loop trials of every arm; without it, each has its own, by --utilisation.")
  var rate: Double?

  @Option(
    help: "Load of the open-loop trials: a share of what an arm does one request at a time, 1% to 95%; 50% without it.")
  var utilisation: Share?

  @Option(help: "Warm-up of each process set: auto, which ends when its throughput is steady, or at most so long.")
  var warmup: WarmupTime?

  mutating func validate() throws {
    try OptionRange.check("--rate", rate: rate)
    if let utilisation {
      guard rate == nil else {
        throw ValidationError("--utilisation: expected no --rate beside it, because a rate says what the load is")
      }
      guard Self.utilisationRange.contains(utilisation.value) else {
        throw ValidationError("--utilisation: expected 1% to 95%, got \(utilisation.text)")
      }
    }
    try warmup?.check()
  }

  var given: [(String, Bool)] {
    [("--rate", rate != nil), ("--utilisation", utilisation != nil), ("--warmup", warmup != nil)]
  }
}
