import Foundation
import Glibc
import Report
import Results
import Testing

/// scripts/validate-json, run over documents.
enum SchemaTool {
  static let schemaPath = Repository.root + "/docs/schema/run-result-2.schema.json"

  /// Exit status and standard output, both streams together.
  static func run(_ command: String) throws -> (status: Int32, output: String) {
    let stream = try #require(popen(command + " 2>&1", "r"))
    var output: [UInt8] = []
    var byte = fgetc(stream)
    while byte != EOF {
      output.append(UInt8(byte))
      byte = fgetc(stream)
    }
    let status = pclose(stream)
    return (status & 0x7f == 0 ? status >> 8 : -1, String(decoding: output, as: UTF8.self))
  }

  static func validate(_ paths: [String], schema: String = schemaPath) throws -> (status: Int32, lines: [String]) {
    let arguments = ([schema] + paths).map { "'\($0)'" }.joined(separator: " ")
    let (status, output) = try run("'\(Repository.root)/scripts/validate-json' \(arguments)")
    return (status, output.split(separator: "\n").map(String.init))
  }

  static let isAvailable = (try? run("python3 -c 'import jsonschema'"))?.status == 0
}

@Suite(
  "The JSON schema of a result",
  .enabled(if: SchemaTool.isAvailable, "needs python3 with the module jsonschema (apt-get install python3-jsonschema)"))
struct SchemaTests {
  static let results = [
    ExampleRun.full(), ExampleRun.sparse(), ExampleRun.typical(rounds: 2, depths: [1, 5]), TextReportTests.troubled(),
    ExampleRun.overWires(rounds: 6),
  ]

  static func object(_ result: RunResult) throws -> [String: Any] {
    let data = Data(try ResultFile.encode(result))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("accepts every result that the program writes")
  func accepts() throws {
    let folder = try TemporaryFolder()
    let paths = Self.results.indices.map { "\(folder.path)/\($0).json" }
    for (result, path) in zip(Self.results, paths) { try ResultFile.write(WrittenRun(result), to: path) }
    let (status, lines) = try SchemaTool.validate(paths)
    #expect(lines == paths.map { "\($0): valid" })
    #expect(status == 0)
  }

  @Test("meets every field of every document's type in the example that the other tests change")
  func example() {
    var isThere: [String: Bool] = [:]
    func walk(_ value: Any, _ place: String) {
      let mirror = Mirror(reflecting: value)
      if mirror.displayStyle == .optional {
        isThere[place] = (isThere[place] ?? false) || !mirror.children.isEmpty
      }
      for child in mirror.children {
        let isField = mirror.displayStyle == .struct && child.label != nil
        walk(child.value, isField ? "\(type(of: value)).\(child.label!)" : place)
      }
    }
    walk(ExampleRun.full(), "")
    #expect(isThere.filter { !$0.value }.keys.sorted() == [])
    #expect(isThere.count > 50)
  }

  @Test("refuses a missing key, a key it does not know and a wrong type, in every object of the document")
  func refuses() throws {
    let document = try Self.object(ExampleRun.full())
    let mutants = Mutation.all(of: document)
    #expect(mutants.count > 400)
    let folder = try TemporaryFolder()
    for (index, mutant) in mutants.enumerated() {
      let data = try JSONSerialization.data(withJSONObject: mutant.document, options: .fragmentsAllowed)
      try folder.write(String(decoding: data, as: UTF8.self), to: "\(index).json")
    }
    let (status, lines) = try SchemaTool.validate(mutants.indices.map { "\(folder.path)/\($0).json" })
    #expect(status == 1)
    try #require(lines.count == mutants.count)
    for (mutant, line) in zip(mutants, lines) {
      #expect(line.hasSuffix(": valid") == mutant.isValid, "\(mutant.what): \(line)")
    }
  }

  @Test("describes every field of the document, and no other")
  func complete() throws {
    var files: [String: [String: Any]] = [:]
    func schema(_ name: String) throws -> [String: Any] {
      if let known = files[name] { return known }
      let path = URL(filePath: SchemaTool.schemaPath).deletingLastPathComponent().appending(path: name)
      let object = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
      files[name] = object
      return try #require(object)
    }
    var described: Set<String> = []
    var visited: Set<String> = []
    /// Follows references, also to the file that schemas share.
    func collectProperties(_ value: Any, of file: String) throws {
      if let object = value as? [String: Any] {
        for (key, inner) in object where key != "$defs" {
          if key == "properties", let properties = inner as? [String: Any] {
            described.formUnion(properties.keys)
            for property in properties.values { try collectProperties(property, of: file) }
          } else if key == "$ref", let reference = inner as? String {
            let match = try #require(reference.wholeMatch(of: /([\w.-]*)#\/\$defs\/(\w+)/))
            let (other, name) = (match.1.isEmpty ? file : String(match.1), String(match.2))
            guard visited.insert("\(other)#\(name)").inserted else { continue }
            let definitions = try #require(try schema(other)["$defs"] as? [String: Any])
            try collectProperties(try #require(definitions[name]), of: other)
          } else {
            try collectProperties(inner, of: file)
          }
        }
        let isObject = object["type"] as? String == "object"
        #expect(!isObject || object["additionalProperties"] as? Bool == false)
      } else if let list = value as? [Any] {
        for inner in list { try collectProperties(inner, of: file) }
      }
    }
    let runSchema = URL(filePath: SchemaTool.schemaPath).lastPathComponent
    try collectProperties(try schema(runSchema), of: runSchema)
    var written: Set<String> = []
    func collectKeys(_ value: Any) {
      if let object = value as? [String: Any] {
        written.formUnion(object.keys)
        for inner in object.values { collectKeys(inner) }
      } else if let list = value as? [Any] {
        for inner in list { collectKeys(inner) }
      }
    }
    collectKeys(try Self.object(ExampleRun.full()))
    written.insert("summary")
    for run in [ExampleRun.inAllRegimes(rounds: 12, depths: [1, 3]), ExampleRun.compressed(rounds: 6)] {
      let bytes = Data(try ResultFile.encode(WrittenRun(run)))
      let document = try JSONSerialization.jsonObject(with: bytes) as? [String: Any]
      collectKeys(try #require(document?["summary"]))
    }
    #expect(described == written)
  }

  @Test("Schemas that share a definition refer to one, and every definition is used")
  func shared() throws {
    let folder = URL(filePath: SchemaTool.schemaPath).deletingLastPathComponent()
    var places: [String: [String]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let data = try Data(contentsOf: folder.appending(path: name))
      let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      for (key, definition) in object?["$defs"] as? [String: Any] ?? [:] {
        let form = try JSONSerialization.data(withJSONObject: definition, options: .sortedKeys)
        places[String(decoding: form, as: UTF8.self), default: []].append("\(name) \(key)")
        #expect(text.contains("#/$defs/\(key)\"") || name == "common.schema.json", "\(name) does not use \(key)")
      }
    }
    for list in places.values { #expect(list.count == 1, "one definition several times: \(list.sorted())") }
  }

  @Test("the tool names the place of a fault, and tells bad documents from bad arguments")
  func tool() throws {
    let folder = try TemporaryFolder()
    try folder.write("{\"a\": NaN}", to: "nan.json")
    try folder.write("{\"a\": ", to: "cut.json")
    var object = try Self.object(ExampleRun.full())
    object["seed"] = -1
    let data = try JSONSerialization.data(withJSONObject: object)
    try folder.write(String(decoding: data, as: UTF8.self), to: "seed.json")
    let (status, lines) = try SchemaTool.validate(["nan.json", "cut.json", "seed.json"].map { "\(folder.path)/\($0)" })
    #expect(status == 1)
    #expect(lines.count == 3)
    #expect(lines.first?.contains("NaN is not JSON") == true)
    #expect(lines.last?.contains("$.seed: -1 is less than the minimum") == true)
    #expect(try SchemaTool.validate([]).status == 2)
    // A module of that name which cannot be imported stands before the real one.
    try folder.write("raise ImportError('not here')", to: "jsonschema.py")
    let withoutModule = try SchemaTool.run(
      "PYTHONDONTWRITEBYTECODE=1 PYTHONPATH='\(folder.path)' python3 '\(Repository.root)/scripts/validate-json' "
        + "'\(SchemaTool.schemaPath)' '\(folder.path)/seed.json'")
    #expect(withoutModule.status == 3)
    #expect(withoutModule.output.contains("jsonschema is missing: not here"))
  }
}

/// One change to a document that takes it out of, or leaves it within, the schema.
struct Mutation {
  let what: String
  let document: Any
  let isValid: Bool

  /// Keys that may be absent.
  static let optional: Set<String> = [
    "openTrialSeconds", "preset", "trialsPerRound", "moreConcurrencies", "roundLatencies", "concurrency",
    "store", "controlOf", "fullRunSeconds", "opaqueSize", "textSizes", "openLoopRate", "openLoopRateReason",
    "utilisation", "arrival",
    "roundSeconds",
    "budgetSeconds", "inFlight",
    "plannedRate", "responseTime", "serviceTime", "sendLag", "hostStealRatio", "cpuPressureRatio",
    "allocationsPerRequest", "allocatedBytesPerRequest", "systemCallsPerRequest", "firstDifferingEdge", "expected",
    "found", "topology", "placement", "program", "service", "arm", "closedConnections", "workerDeliveries", "signal",
    "exitCode", "writes", "losses", "semantics", "keepsContext",
    "requestsLost", "stages", "memory", "inProcess", "arrivalAllocations", "hopAllocations", "retainsPerRequest",
    "releasesPerRequest", "runQueueWaitNanoseconds",
    "voluntarySwitches", "involuntarySwitches", "givenUp", "refused", "ignoresDeadline", "gateway", "fields", "bad",
    "pattern", "when", "is", "matches", "absent", "value", "earlyEnd", "failures", "lostConnections",
    "leastUnfinished", "unfinishedCount", "transport", "headerBytesPerHop", "calls", "retries", "unreachedCalls",
    "toleratedFailures", "isOptional", "errorStatus", "parse", "hpack", "answerHeaderBytesPerHop",
    "answerPayloadBytesPerHop",
    "forwardsBody", "pipeline", "external", "port", "scriptedCalls", "allowsRemote", "contextInBody",
    "neverIndexed", "uncompressedContextBytesPerHop", "tableInsertionsPerHop", "spans", "droppedSpans", "tracing",
    "network", "roundTripMin", "orderMedian", "returns", "round",
    "resources", "cpuThousandths", "memorySize",
  ]

  /// Of a topology; all its other keys must be there.
  private static let optionalInTopology: Set<String> = [
    "ignoresDeadline", "gateway", "pattern", "when", "is", "matches", "absent", "writes", "isOptional", "errorStatus",
    "forwardsBody", "pipeline", "external", "port", "scriptedCalls", "allowsRemote", "contextInBody",
    "neverIndexed", "tracing", "resources", "cpuThousandths", "memorySize",
  ]

  static func all(of document: Any, path: String = "$") -> [Mutation] {
    var mutations: [Mutation] = []
    if let object = document as? [String: Any] {
      mutations.append(Mutation(what: "\(path): unknown key", document: with(object, "unknown", 1), isValid: false))
      for (key, value) in object.sorted(by: { $0.key < $1.key }) {
        let place = "\(path).\(key)"
        var without = object
        without[key] = nil
        mutations.append(
          Mutation(what: "\(place): absent", document: without, isValid: isOptional(key, path: path)))
        // `value` of an assignment is the only one of two types; a list is neither.
        mutations.append(
          Mutation(what: "\(place): list of null", document: with(object, key, [NSNull()]), isValid: false))
        mutations += all(of: value, path: place).map { inner in
          Mutation(what: inner.what, document: with(object, key, inner.document), isValid: inner.isValid)
        }
      }
    } else if let array = document as? [Any], let first = array.first {
      // All elements have one form, but for the steps of a script, which are all looked at.
      let count = path.hasSuffix(".script") ? array.count : 1
      for index in 0..<count {
        let element = path.hasSuffix(".script") ? array[index] : first
        mutations += all(of: element, path: "\(path)[\(index)]").map { inner in
          var changed = array
          changed[index] = inner.document
          return Mutation(what: inner.what, document: changed, isValid: inner.isValid)
        }
      }
    } else {
      mutations.append(Mutation(what: "\(path): true in an object", document: ["x": true], isValid: false))
    }
    return mutations
  }

  /// The same word may be optional in one place and required in another.
  private static func isOptional(_ key: String, path: String) -> Bool {
    if path.hasSuffix(".external") { return key == "method" || key == "message" }
    guard optional.contains(key) else { return false }
    if key == "keepsContext" { return true }
    if key == "roundTripMin" { return path.hasPrefix("$.network.nodes") }
    if key == "round" { return path.contains(".returns") }
    if key == "fields" || key == "bad" { return path.hasSuffix(".client") }
    if key == "value" { return path.contains(".fields[") }
    if key == "transport", path.hasSuffix(".client") { return true }
    if path.contains(".topology") { return optionalInTopology.contains(key) && !path.hasSuffix(".writes") }
    if ["topology", "placement", "program"].contains(key) { return path.hasPrefix("$.arms") }
    if key == "arm" {
      return ["closedConnections", "failures", "workerDeliveries", "memory", "givenUp", "calls", "spans", "refused"]
        .contains {
          path.hasPrefix("$.\($0)")
        }
    }
    // Of a step of a topology it must be there.
    if key == "retries" { return path.hasPrefix("$.calls") }
    if key == "store" { return path.hasPrefix("$.arms") || path.hasPrefix("$.semantics") }
    if key == "service" { return path.hasPrefix("$.failures") }
    if key == "responseTime" || key == "failures" { return path.hasPrefix("$.trials") }
    if key == "inFlight" { return path.hasPrefix("$.trials") || path.hasPrefix("$.arms") }
    return true
  }

  private static func with(_ object: [String: Any], _ key: String, _ value: Any) -> [String: Any] {
    var object = object
    object[key] = value
    return object
  }
}
