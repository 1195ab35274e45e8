// The steps of one service's script, from the file. Knows service names only as a table from name to index.

/// A call as the file has it, kept for the checks of the graph.
struct EdgeInFile {
  let caller: Int
  let callee: Int
  /// Where the callee is named.
  let field: Field
  /// Where the transport is, if the call says one.
  var transport: Field?
  /// Where the payload's size is, if the call says one.
  var size: Field?
  /// Where it is said what the payload is, if the call says that.
  var body: Field?
}

struct ScriptReader {
  static let stepKeys = ["set", "work", "sleep", "call", "parallel"]
  static let callKeys = [
    "service", "size", "timeout", "deadline", "probability", "retries", "pipeline", "place", "hpack", "optional",
    "propagator", "transport", "drops-context", "body",
  ]

  let service: Int
  let serviceIndex: [String: Int]
  /// With the service's own propagator in `carrier`.
  let defaults: ServiceDefaults
  let vocabulary: Vocabulary
  private(set) var edges: [EdgeInFile] = []

  init(service: Int, serviceIndex: [String: Int], defaults: ServiceDefaults, vocabulary: Vocabulary) {
    self.service = service
    self.serviceIndex = serviceIndex
    self.defaults = defaults
    self.vocabulary = vocabulary
  }

  mutating func script(_ field: Field) throws(TopologyError) -> [Step] {
    var steps: [Step] = []
    for item in try field.list("a list of steps", max: TopologyLimits.stepCountMax) {
      steps.append(try step(item))
    }
    return steps
  }

  private mutating func step(_ field: Field) throws(TopologyError) -> Step {
    let (key, value) = try onlyEntry(field, what: "a step", keys: ScriptReader.stepKeys)
    switch key {
    case "set": return .set(try ScriptReader.assignments(value, vocabulary))
    case "work": return try work(value)
    case "sleep": return .sleep(try distribution(value))
    case "call": return .call(try call(value))
    default:
      var calls: [Call] = []
      for item in try value.list("a list of calls", max: TopologyLimits.parallelCallCountMax) {
        calls.append(try call(try parallelCall(item)))
      }
      guard !calls.isEmpty else { throw value.error("expected at least one call, got an empty list") }
      return .parallel(calls)
    }
  }

  private func onlyEntry(
    _ field: Field, what: String, keys: [String]
  ) throws(TopologyError) -> (key: String, value: Field) {
    let fields = try field.mapping("\(what) (\(keys.joined(separator: ", ")))", keys: keys)
    guard let entry = fields.entries.first else { throw field.error("expected \(what), got an empty mapping") }
    if fields.entries.count > 1 {
      let second = fields.entries[1]
      throw field.error("expected one key, got \(quoted(second.key)) beside \(quoted(entry.key))", at: second.mark)
    }
    return (entry.key, entry.field)
  }

  private func parallelCall(_ field: Field) throws(TopologyError) -> Field {
    if let key = field.firstKey, key != "call", ScriptReader.stepKeys.contains(key) {
      throw field.error("only \(quoted("call")) may stand in \(quoted("parallel")), got \(quoted(key))")
    }
    return try onlyEntry(field, what: "a call", keys: ["call"]).value
  }

  private func work(_ field: Field) throws(TopologyError) -> Step {
    guard field.isMapping else { return .work(.fixed(nanoseconds: try field.duration())) }
    let (key, value) = try onlyEntry(field, what: "an amount of work", keys: ["exponential", "iterations"])
    guard key == "iterations" else { return .work(.exponential(meanNanoseconds: try value.duration())) }
    return .countedWork(iterations: Int64(try value.count(in: 0...Int(TopologyLimits.iterationsMax))))
  }

  private func distribution(_ field: Field) throws(TopologyError) -> DurationDistribution {
    guard field.isMapping else { return .fixed(nanoseconds: try field.duration()) }
    let fields = try field.mapping("a duration", keys: ["exponential"])
    return .exponential(meanNanoseconds: try fields.required("exponential").duration())
  }

  private mutating func call(_ field: Field) throws(TopologyError) -> Call {
    guard field.isMapping else {
      return try call(to: field, with: defaults)
    }
    let fields = try field.mapping("a call", keys: ScriptReader.callKeys)
    var own = defaults
    if let field = fields["transport"] { own.transport = try field.word("transport", among: vocabulary.transports) }
    if let field = fields["size"] { own.payloadSize = try field.size() }
    if let field = fields["timeout"] { own.timeoutNanoseconds = try field.duration() }
    if let field = fields["deadline"] { own.ignoresDeadline = try field.ignoresDeadline() }
    if let field = fields["retries"] { own.retries = try field.count(in: 0...TopologyLimits.retriesMax) }
    if let field = fields["pipeline"] { own.pipeline = try field.pipeline() }
    if let field = fields["place"] { own.contextInBody = try field.contextInBody() }
    if let field = fields["hpack"] { own.neverIndexed = try field.fieldIndexing() }
    var call = try call(to: try fields.required("service"), with: own)
    edges[edges.count - 1].transport = fields["transport"]
    edges[edges.count - 1].size = fields["size"]
    edges[edges.count - 1].body = fields["body"]
    if let field = fields["probability"] { call.probability = try field.share() }
    if let field = fields["propagator"] { call.propagator = try field.propagator(vocabulary) }
    if let field = fields["drops-context"] { call.dropsContext = try field.flag() }
    if let field = fields["body"] {
      _ = try field.word("body", among: ["forward"])
      guard fields["size"] == nil else { throw field.error("the body that came has its own size; leave \"size\" out") }
      call.payloadSize = 0
      call.forwardsBody = true
    }
    // Nil for `false`, so that a topology which says what is usual is equal to one that says nothing.
    if let field = fields["optional"], try field.flag() { call.isOptional = true }
    return call
  }

  private mutating func call(
    to field: Field, with settings: ServiceDefaults
  ) throws(TopologyError) -> Call {
    let callee = try field.service(among: serviceIndex)
    edges.append(EdgeInFile(caller: service, callee: callee, field: field))
    return Call(
      service: callee, payloadSize: settings.payloadSize, timeoutNanoseconds: settings.timeoutNanoseconds,
      probability: 1, retries: settings.retries, propagator: settings.carrier.propagator,
      transport: settings.transport, dropsContext: false, ignoresDeadline: settings.ignoresDeadline,
      pipeline: settings.pipeline, contextInBody: settings.contextInBody, neverIndexed: settings.neverIndexed)
  }

  /// The keys that `set` gives, in the file's order. A whole number in its usual spelling is an integer; everything
  /// else, and whatever is quoted, is text.
  static func assignments(_ field: Field, _ vocabulary: Vocabulary) throws(TopologyError) -> [Assignment] {
    let fields = try field.anyMapping("keys and their values")
    guard !fields.entries.isEmpty else { throw field.error("expected at least one key, got none") }
    guard fields.entries.count <= TopologyLimits.assignmentCountMax else {
      throw field.error("expected at most \(TopologyLimits.assignmentCountMax) keys, got \(fields.entries.count)")
    }
    var result: [Assignment] = []
    for entry in fields.entries {
      do throws(TopologyError) {
        try entry.field.checkName(entry.key, isKey: true)
      } catch {
        throw field.error(error.problem, at: entry.mark)
      }
      let value = try value(entry.field)
      switch value {
      case .text(let text) where vocabulary.integerKeys.contains(entry.key):
        throw entry.field.error("\(entry.key) holds an integer, got the text \(quoted(text))")
      case .integer(let number) where vocabulary.textKeys.contains(entry.key):
        throw entry.field.error("\(entry.key) holds a text: quote \(number)")
      case .integer, .text: result.append(Assignment(key: entry.key, value: value))
      }
    }
    return result
  }

  private static func value(_ field: Field) throws(TopologyError) -> AssignedValue {
    let text = try field.text("a whole number or a text")
    if field.isPlain {
      if let integer = Int64(text), "\(integer)" == text { return .integer(integer) }
      let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
      if digits.count > 18, digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
        throw field.error("expected an integer of 64 bits, got \(quoted(text)); quote it to make it a text")
      }
    }
    guard text.utf8.count <= TopologyLimits.textSizeMax else {
      throw field.error("expected at most \(TopologyLimits.textSizeMax) bytes of text, got \(text.utf8.count)")
    }
    return .text(text)
  }
}

/// What a caller tells a callee of its deadline and of giving up.
enum DeadlinePassing {
  static let cascade = "cascade"
  static let ignore = "ignore"
}

extension Field {
  /// Nil for `cascade`, so that a topology which says what is usual is equal to one that says nothing.
  func ignoresDeadline() throws(TopologyError) -> Bool? {
    let word = try word("deadline", among: [DeadlinePassing.cascade, DeadlinePassing.ignore])
    return word == DeadlinePassing.ignore ? true : nil
  }

  /// Nil for 1, so that a topology which says what is usual is equal to one that says nothing.
  func pipeline() throws(TopologyError) -> Int? {
    let count = try count(in: 1...TopologyLimits.pipelineMax)
    return count == 1 ? nil : count
  }

  /// Nil for `header`.
  func contextInBody() throws(TopologyError) -> Bool? {
    ContextPlace(rawValue: try word("place", among: ContextPlace.allCases.map(\.rawValue)))?.inBody
  }

  func declaredError() throws(TopologyError) -> DeclaredError {
    let known = DeclaredError.allCases.map(\.rawValue).joined(separator: " or ")
    guard let error = DeclaredError(rawValue: try text(known)) else { throw expected(known) }
    return error
  }

  /// The index of the service that is named here.
  func service(among serviceIndex: [String: Int]) throws(TopologyError) -> Int {
    let name = try text("a service's name")
    guard let index = serviceIndex[name] else {
      let known = serviceIndex.keys.sorted()
      throw error("unknown service \(quoted(name))\(NearestName.hint(for: name, among: known))")
    }
    return index
  }
}
