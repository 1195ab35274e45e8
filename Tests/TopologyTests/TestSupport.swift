// What the tests of this module share: a vocabulary, the shipped files, and a way to get at an error.

import Glibc
import Testing
import Topology

let standardRules = GatewayRules(required: [FieldRule(field: "x-tenant-code", target: "tenant", pattern: "[a-z]+")])

let vocabulary = makeVocabulary(transports: ["frame", "http1", "grpc"])

func makeVocabulary(transports: [String]) -> Vocabulary {
  Vocabulary(
    presets: [
      .init(name: "baseline", store: "none", propagator: "none"),
      .init(name: "opaque", store: "none", propagator: "opaque"),
      .init(name: "map", store: "map", propagator: "json-map"),
      .init(name: "value-chain", store: "value-chain", propagator: "tracecontext,baggage"),
      .init(name: "struct", store: "struct", propagator: "schema"),
      .init(name: "packed", store: "packed", propagator: "packed"),
      .init(name: "binary25", store: "struct", propagator: "binary25"),
      .init(
        name: "gateway", store: "struct", propagator: "schema",
        edge: .init(propagator: "raw-headers", store: "map", rules: standardRules)),
    ],
    stores: ["none", "map", "value-chain", "struct", "packed", "sharded-map"],
    propagators: [
      "none", "opaque", "json-map", "tracecontext", "baggage", "b3", "binary25", "packed", "schema", "raw-headers",
      "jaeger", "xray", "ottrace", "datadog", "protobuf",
    ],
    exclusivePropagators: ["none", "opaque", "json-map", "binary25", "packed", "schema"],
    transports: transports)
}

/// `topologies/` of this package.
let shippedFolder: String = {
  let parts = #filePath.split(separator: "/").dropLast(3)
  return "/" + parts.joined(separator: "/") + "/topologies"
}()

func parse(_ text: String) throws(TopologyError) -> Topology {
  try TopologyFile.parse(text, name: "x.yaml", vocabulary: vocabulary)
}

/// The error's line, or a failure when there is none.
func problem(_ text: String, at location: SourceLocation = #_sourceLocation) -> String {
  do throws(TopologyError) {
    _ = try parse(text)
    Issue.record("expected an error", sourceLocation: location)
    return ""
  } catch {
    #expect(!error.description.contains("\n"), sourceLocation: location)
    return error.description
  }
}

/// A topology of one service with `lines` in it, which are indented to belong there.
func oneService(_ lines: String...) -> String {
  "version: 1\nentry: a\nservices:\n  - name: a\n" + lines.map { "    \($0)\n" }.joined()
}

/// A topology of a, which has `steps` for its script, and of b and c without one, all reached.
func script(_ steps: String...) -> String {
  let list = steps.map { "      - \($0)\n" }.joined()
  return "version: 1\nentry: a\nservices:\n  - name: a\n    script:\n" + list
    + "      - parallel: [call: b, call: c]\n  - name: b\n  - name: c\n"
}

/// A folder of its own, removed with everything in it.
func withFolder(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/topology-tests-XXXXXX".utf8CString)
  let path = try #require(mkdtemp(&template).map { String(cString: $0) })
  defer {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { remove("\(path)/\(name)") }
      }
      closedir(folder)
    }
    rmdir(path)
  }
  try body(path)
}

func write(_ bytes: [UInt8], to path: String) throws {
  let file = try #require(fopen(path, "w"))
  defer { fclose(file) }
  #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}
