import Foundation
import Orchestration
import Testing

@Suite("A topology for podman")
struct PodmanExportTests {
  @Test("Each replica is a pod with a name and a file of its own, and no port is published")
  func pods() throws {
    let files = try PodmanExport.files(try plan("{name: a, script: [call: b]}\n{name: b, replicas: 2}"))
    #expect(files.map(\.name) == ["pods.yaml", "measurement.yaml"])
    var plan = try plan("{name: a}")
    plan.token = String(repeating: "0", count: 32)
    let secret = try #require(try PodmanExport.files(plan).first)
    #expect(secret.name == "secret.json" && secret.isSecret && secret.documents.isEmpty)
    #expect(secret.text == "{\"token\": \"MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=\"}\n")
    #expect(files.names(ofKind: "Pod") == ["a", "b-0", "b-1", "ctxchain-run"])
    let names = files.names(ofKind: "ConfigMap")
    for pod in files.ofKind("Pod") {
      #expect(pod.container?["ports"] == nil && pod.container?["readinessProbe"] == nil)
      #expect(names.contains(pod.podSpec?["volumes"]?.items.first?["configMap"]?["name"]?.string ?? ""))
    }
    let maps = files.ofKind("ConfigMap")
    let callee = try #require((maps[0].nodeFile["callees"] as? [[String: Any]])?.first)
    #expect((callee["addresses"] as? [[String: Any]])?.compactMap { $0["host"] as? String } == ["b-0", "b-1"])
    #expect(callee["replicas"] == nil)
    let replicas = maps[1...2].map { ($0.nodeFile["configuration"] as? [String: Any])?["replica"] as? Int }
    #expect(replicas == [0, 1])
    #expect(maps[3].file("nodes.yaml") == "nodes:\n  a: \"a:7071\"\n  b:\n    - \"b-0:7071\"\n    - \"b-1:7071\"\n")
  }
}
