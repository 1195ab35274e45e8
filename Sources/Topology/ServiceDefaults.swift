// What a service and a call have when the file does not say: the program's values, then the file's `defaults`.

struct ServiceDefaults {
  static let keys =
    CarrierChoice.keys + [
      "transport", "response-size", "size", "timeout", "deadline", "retries", "pipeline", "place", "hpack",
      "keys-per-layer",
      "tracing", "growth", "context-work", "error-rate", "error-status", "replicas", "workers", "writes",
      "keeps-context",
      "releases-context", "resources",
    ]
  static let strategy = "value-chain"
  /// Bytes of a payload and of a response.
  static let size = 128
  static let keysPerLayer = 3

  var carrier: CarrierChoice
  var transport = Topology.transportByDefault
  var responseSize = ServiceDefaults.size
  var payloadSize = ServiceDefaults.size
  /// 0: only the caller's own deadline bounds a call.
  var timeoutNanoseconds: Int64 = 0
  var ignoresDeadline: Bool?
  var retries = 0
  /// See `Call`.
  var pipeline: Int?
  var contextInBody: Bool?
  var neverIndexed: [String]?
  var keysPerLayer = ServiceDefaults.keysPerLayer
  var growth = Growth.names[0]
  var contextWork = true
  var errorRate = 0.0
  var errorStatus = DeclaredError.internal
  var replicas = 1
  var workers = 1
  /// 0: no context is kept.
  var keptNanoseconds: Int64 = 0
  var releasesContext = false
  var writes = AccessRatio.standard
  var tracing: SamplingRatio?
  var resources: Resources?

  /// The program's own.
  init(_ vocabulary: Vocabulary) {
    guard let preset = vocabulary.preset(named: ServiceDefaults.strategy) ?? vocabulary.presets.first else {
      preconditionFailure("a vocabulary has at least one preset")
    }
    carrier = CarrierChoice(preset)
  }

  /// These with what `fields` say in their place. Reads keys of both services and calls; which of them may stand in
  /// `fields` was checked when they were read.
  func reading(_ fields: Fields, vocabulary: Vocabulary) throws(TopologyError) -> ServiceDefaults {
    var result = self
    result.carrier = try CarrierChoice(fields, over: carrier, vocabulary: vocabulary)
    if let field = fields["transport"] { result.transport = try field.word("transport", among: vocabulary.transports) }
    if let field = fields["response-size"] { result.responseSize = try field.size() }
    if let field = fields["size"] { result.payloadSize = try field.size() }
    if let field = fields["timeout"] { result.timeoutNanoseconds = try field.duration() }
    if let field = fields["deadline"] { result.ignoresDeadline = try field.ignoresDeadline() }
    if let field = fields["retries"] { result.retries = try field.count(in: 0...TopologyLimits.retriesMax) }
    if let field = fields["pipeline"] { result.pipeline = try field.pipeline() }
    if let field = fields["place"] { result.contextInBody = try field.contextInBody() }
    if let field = fields["hpack"] { result.neverIndexed = try field.fieldIndexing() }
    if let field = fields["keys-per-layer"] {
      result.keysPerLayer = try field.count(in: 0...TopologyLimits.keysPerLayerMax)
    }
    if let field = fields["growth"] { result.growth = try field.word("growth", among: Growth.names) }
    if let field = fields["context-work"] { result.contextWork = try field.flag() }
    if let field = fields["error-rate"] { result.errorRate = try field.share() }
    if let field = fields["error-status"] { result.errorStatus = try field.declaredError() }
    if let field = fields["replicas"] { result.replicas = try field.count(in: 1...TopologyLimits.replicasMax) }
    if let field = fields["workers"] { result.workers = try field.count(in: 1...TopologyLimits.workersMax) }
    if let field = fields["keeps-context"] { result.keptNanoseconds = try field.duration() }
    if let field = fields["releases-context"] {
      result.releasesContext = try field.flag()
      guard result.keptNanoseconds > 0 || !result.releasesContext else {
        throw field.error("no context is kept that could be released; add \"keeps-context\"")
      }
    }
    if let field = fields["writes"] { result.writes = try field.ratio() }
    if let field = fields["tracing"] { result.tracing = try field.samplingRatio() }
    if let field = fields["resources"] { result.resources = try field.resources(over: resources) }
    return result
  }
}
