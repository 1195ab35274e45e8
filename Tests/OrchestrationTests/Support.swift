// What the tests of exports share: topologies of a few lines, and documents taken apart.

import Foundation
import Orchestration
import Testing
import Topology

let vocabulary = Vocabulary(
  presets: [.init(name: "value-chain", store: "value-chain", propagator: "tracecontext,baggage")],
  stores: ["none", "value-chain"], propagators: ["none", "tracecontext", "baggage"],
  exclusivePropagators: ["none"], transports: ["frame", "http1", "grpc"])

/// - Parameter services: lines of a list.
func plan(_ services: String, entry: String = "a") throws -> ExportPlan {
  let text =
    "version: 1\nentry: \(entry)\nservices:\n"
    + services.split(separator: "\n").map { "  - \($0)\n" }.joined()
  return ExportPlan(
    topology: try TopologyFile.parse(text, name: "x.yaml", vocabulary: vocabulary), image: "localhost/ctxchain:test")
}

extension [ExportFile] {
  subscript(_ name: String) -> [Manifest] { first { $0.name == name }?.documents ?? [] }

  var documents: [Manifest] { flatMap(\.documents) }

  func ofKind(_ kind: String) -> [Manifest] { documents.filter { $0["kind"] == .text(kind) } }

  func names(ofKind kind: String) -> [String] { ofKind(kind).compactMap { $0["metadata"]?["name"]?.string } }
}

extension Manifest {
  /// The part of it with containers.
  var podSpec: Manifest? { self["spec"]?["template"]?["spec"] ?? (self["kind"] == "Pod" ? self["spec"] : nil) }

  var container: Manifest? { podSpec?["containers"]?.items.first }

  /// Of a ConfigMap.
  func file(_ name: String) -> String { self["data"]?[name]?.string ?? "" }

  /// `node.json`, read again.
  var nodeFile: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(file("node.json").utf8))) as? [String: Any] ?? [:]
  }
}
