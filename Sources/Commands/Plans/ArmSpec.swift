// How an arm is written on the command line: `packed`, `map+b3`, `packed/http1`, `packed@3`, `topologies/x.yaml`,
// `packed:topologies/x.yaml`, and behind a comma what else it has to itself, as `KEY=VALUE`.

internal import ArgumentParser
internal import Context
internal import Launcher
internal import Statistics
internal import Topology

struct ArmSpec {
  static let keys = [
    "growth", "hpack", "in-flight", "keys-per-layer", "opaque-size", "pipeline", "place", "placement", "program",
    "response-size", "size", "tracing", "transport",
  ]

  /// As it was given.
  let text: String
  /// A preset, or a store and a propagator; nil runs a file as it is written.
  private(set) var strategy: String?
  /// A topology; nil is a generated chain.
  private(set) var file: String?
  private(set) var depth: Int?
  private var own = ArmConditions()
  private var growth: String?
  private var keysPerLayer: Int?
  private var pipeline: Int?
  private var place: ContextPlace?
  private var neverIndexed: [String]?
  private var size: Int?
  private var responseSize: Int?
  private var transport: String?
  private(set) var tracing: SamplingRatio?

  init(_ text: String) throws {
    self.text = text
    let parts = NameList.read(text)
    try readHead(parts[0][...])
    var seen: Set<Substring> = []
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else { throw problem("expected KEY=VALUE behind a comma, got \"\(part)\"") }
      guard seen.insert(pair[0]).inserted else { throw problem("\(pair[0]) is there twice") }
      try read(String(pair[0]), String(pair[1]))
    }
    if file != nil, size != nil || responseSize != nil {
      throw problem("size and response-size are for generated chains; a topology file says its own")
    }
  }

  /// STRATEGY, FILE or STRATEGY:FILE, each with @DEPTH behind it or without.
  private mutating func readHead(_ head: Substring) throws {
    var rest = head
    if let mark = head.lastIndex(of: "@") {
      depth = try integer(
        "the depth behind @", String(head[head.index(after: mark)...]), 1...TopologyLimits.maxDepthMax)
      rest = head[..<mark]
    }
    if Vocabulary.current.arm(named: String(rest)) != nil {
      strategy = String(rest)
      return
    }
    if let colon = rest.firstIndex(of: ":"),
      Vocabulary.current.arm(named: String(rest[..<colon])) != nil
    {
      strategy = String(rest[..<colon])
      rest = rest[rest.index(after: colon)...]
    }
    try refuseTransport(behind: rest)
    let namesTransport = Vocabulary.current.split(String(rest)).transport != nil
    guard rest.contains(".") || (rest.contains("/") && !namesTransport) else {
      let known = Vocabulary.current.presets.map(\.name)
      throw problem(
        "expected a topology file, STORE+PROPAGATOR or one of \(known.joined(separator: ", ")), got \"\(rest)\"")
    }
    file = String(rest)
  }

  /// A strategy with a transport behind it that is none is no file.
  private func refuseTransport(behind name: Substring) throws {
    guard let mark = name.lastIndex(of: "/"), Vocabulary.current.arm(named: String(name[..<mark])) != nil else {
      return
    }
    throw unknownTransport(String(name[name.index(after: mark)...]))
  }

  private func unknownTransport(_ name: String) -> ValidationError {
    let known = Vocabulary.current.transports.joined(separator: ", ")
    return problem("transport: expected one of \(known), got \"\(name)\"")
  }

  private mutating func read(_ key: String, _ value: String) throws {
    switch key {
    case "placement":
      guard let placement = Placement(rawValue: value) else {
        throw problem("placement: expected one, client-apart, spread or free, got \"\(value)\"")
      }
      own.placement = placement
    case "growth":
      guard ContextGrowth(rawValue: value) != nil else {
        throw problem("growth: expected shadow or distinct, got \"\(value)\"")
      }
      growth = value
    case "program": own.program = value
    case "in-flight": own.inFlight = try integer(key, value, 1...4096)
    case "keys-per-layer": keysPerLayer = try integer(key, value, 0...TopologyLimits.keysPerLayerMax)
    case "pipeline": pipeline = try integer(key, value, 1...TopologyLimits.pipelineMax)
    case "place":
      guard let found = ContextPlace(rawValue: value) else {
        throw problem("place: expected header or body, got \"\(value)\"")
      }
      place = found
    case "hpack":
      guard let names = FieldIndexing.read(value) else {
        throw problem("hpack: expected \(FieldIndexing.expectation), got \"\(value)\"")
      }
      neverIndexed = names
    case "opaque-size": own.opaqueSize = try size(key, value, max: ExperimentPlan.opaqueSizeMax)
    case "size": size = try size(key, value, max: TopologyLimits.payloadSizeMax)
    case "response-size": responseSize = try size(key, value, max: TopologyLimits.payloadSizeMax)
    case "tracing":
      guard let ratio = SamplingRatio(value) else {
        throw problem("tracing: expected \(SamplingRatio.expectation), got \"\(value)\"")
      }
      tracing = ratio
    case "transport":
      guard Vocabulary.current.transports.contains(value) else { throw unknownTransport(value) }
      transport = value
    default: throw problem("expected one of \(ArmSpec.keys.joined(separator: ", ")), got \"\(key)\"")
    }
  }

  private func integer(_ what: String, _ value: String, _ range: ClosedRange<Int>) throws -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw problem("\(what): expected \(range.lowerBound) to \(range.upperBound), got \"\(value)\"")
    }
    return number
  }

  private func size(_ what: String, _ value: String, max sizeMax: Int) throws -> Int {
    guard let size = try? ByteSize.read(value), size <= sizeMax else {
      throw problem("\(what): expected 0 to \(sizeMax), such as 512 or 4KiB, got \"\(value)\"")
    }
    return size
  }

  private func problem(_ text: String) -> ValidationError { ValidationError("arm \"\(self.text)\": \(text)") }

  // MARK: Making the arm

  /// What an arm is made of that does not say it itself.
  struct Defaults {
    var services: Int
    var depth: Int?
    var growth: String?
    var keysPerLayer: Int?
    var size: Int
    var responseSize: Int
    var transport: String?
    var pipeline: Int?
    var place: ContextPlace?
    var neverIndexed: [String]?
    var tracing: SamplingRatio?
  }

  /// - Parameters:
  ///   - name: of the arm in the run.
  ///   - program: path of the build that runs it, where the arm names none.
  /// - Throws: `ValidationError`, or `TopologyError` of a file.
  func plan(name: String, program: String?, _ defaults: Defaults) throws -> ArmPlan {
    let topology = try topology(defaults)
    let whole = TopologyShape(topology).depth
    let depth = depth ?? defaults.depth
    if let depth, depth > whole {
      throw problem("depth: expected 1 to \(whole), which the whole of it has, got \(depth)")
    }
    var arm = ArmPlan.asWritten(topology)
    arm.name = name
    arm.own = own
    arm.own.program = try own.program.map { try ProgramPath.whole($0, option: "arm \"\(text)\"") } ?? program
    arm.own.depth = depth ?? whole
    arm.own.hopsLeft = depth
    try OpaqueSize.check(own.opaqueSize, topologies: [topology])
    return arm
  }

  private func topology(_ defaults: Defaults) throws -> Topology {
    let named = strategy.flatMap { Vocabulary.current.arm(named: $0)?.transport }
    let overrides = TopologyOverrides(
      strategy: strategy, transport: transport ?? named ?? defaults.transport,
      pipeline: pipeline ?? defaults.pipeline, place: place ?? defaults.place,
      neverIndexed: neverIndexed ?? defaults.neverIndexed, growth: growth ?? defaults.growth,
      keysPerLayer: keysPerLayer ?? defaults.keysPerLayer, tracing: tracing ?? defaults.tracing)
    if let file {
      return try TopologyFile.loadToMeasure(path: file, with: overrides)
    }
    do {
      let chain = try ChainTopology.make(
        depth: defaults.services, payloadSize: size ?? defaults.size,
        responseSize: responseSize ?? defaults.responseSize,
        vocabulary: .current)
      return try chain.applying(overrides, vocabulary: .current)
    } catch {
      throw ValidationError("--\(error)")
    }
  }
}
