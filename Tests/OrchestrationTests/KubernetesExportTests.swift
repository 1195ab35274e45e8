import Foundation
import Orchestration
import Testing
import Topology

@Suite("A topology for Kubernetes")
struct KubernetesExportTests {
  private static let services = """
    {name: a, script: [call: b-, call: {service: c, transport: grpc}, call: theirs]}
    {name: b-, replicas: 3, workers: 2, resources: {cpu: 2, memory: 64Mi}, script: [call: 4th]}
    {name: c, port: 9000}
    {name: 4th}
    {name: theirs, external: "shop.example:80", script: [call: c]}
    """
  private static let token = String(repeating: "5eed", count: 16)

  private func files(_ change: (inout ExportPlan) -> Void = { _ in }) throws -> [ExportFile] {
    var plan = try plan(Self.services)
    change(&plan)
    return try KubernetesExport.files(plan)
  }

  @Test("Each service of ours has a ConfigMap, a headless Service and a Deployment, and what is not ours has nothing")
  func kinds() throws {
    let files = try files { $0.token = Self.token }
    let names = ["a", "b", "c", "s-4th"]
    #expect(files.names(ofKind: "Deployment") == names && files.names(ofKind: "Service") == names)
    #expect(files.names(ofKind: "ConfigMap") == names.map { $0 + "-node" } + ["ctxchain-run"])
    #expect(files.names(ofKind: "Job") == ["ctxchain-run"] && files.names(ofKind: "Secret") == ["ctxchain-control"])
    #expect(
      files.map(\.name) == ["secret.yaml"] + names.map { "service-\($0).yaml" }
        + ["measurement.yaml", "kustomization.yaml"])
    for service in files.ofKind("Service") {
      #expect(service["spec"]?["clusterIP"] == "None" && service["spec"]?["publishNotReadyAddresses"] == true)
    }
    #expect(files.ofKind("Deployment").map { $0["spec"]?["replicas"] } == [1, 3, 1, 1])
  }

  @Test("Every ConfigMap, Secret, Service and file that is named is there", arguments: [nil, "x-"])
  func references(prefix: String?) throws {
    let files = try files { plan in
      plan.token = Self.token
      if let prefix { (plan.prefix, plan.namespace) = (prefix, "lab") }
    }
    let (configMaps, services) = (files.names(ofKind: "ConfigMap"), files.names(ofKind: "Service"))
    let secrets = files.ofKind("Secret")
    for pod in files.documents where pod.podSpec != nil {
      let spec = try #require(pod.podSpec)
      for volume in spec["volumes"]?.items ?? [] {
        #expect(configMaps.contains(volume["configMap"]?["name"]?.string ?? ""))
      }
      let key = try #require(pod.container?["env"]?.items.first?["valueFrom"]?["secretKeyRef"])
      #expect(secrets.contains { $0["metadata"]?["name"] == key["name"] && $0["data"]?[key["key"]!.string!] != nil })
      #expect(pod["metadata"]?["namespace"] == (prefix == nil ? nil : "lab"))
    }
    for service in files.ofKind("Service") {
      let selector = service["spec"]?["selector"]
      let labels = files.ofKind("Deployment").map { $0["spec"]?["template"]?["metadata"]?["labels"] }
      #expect(labels.filter { $0 == selector }.count == 1)
      let ports = service["spec"]?["ports"]?.items.compactMap { $0["port"] }
      let deployment = files.ofKind("Deployment").first { $0["metadata"]?["name"] == service["metadata"]?["name"] }
      #expect(deployment?.container?["ports"]?.items.compactMap { $0["containerPort"] } == ports)
    }
    for configMap in files.ofKind("ConfigMap").dropLast() {
      for callee in try #require(configMap.nodeFile["callees"] as? [[String: Any]]) {
        let hosts = (callee["addresses"] as? [[String: Any]] ?? []).compactMap { $0["host"] as? String }
        #expect(hosts.allSatisfy { services.contains($0) || $0 == "shop.example" }, "\(hosts)")
      }
    }
    let nodes = files.ofKind("ConfigMap").last?.file("nodes.yaml")
    let domain = prefix == nil ? "" : ".lab"
    #expect(nodes?.split(separator: "\n").count == 5)
    for name in services { #expect(nodes?.contains(": \"\(name)\(domain):7071\"") == true, "\(nodes ?? "")") }
    for file in files["kustomization.yaml"][0]["resources"]?.items ?? [] {
      #expect(files.contains { .text($0.name) == file && $0.name != "measurement.yaml" })
    }
  }

  @Test("A node's file has the names of its callees, and how many stand behind each")
  func nodeFile() throws {
    let files = try files()
    let file = try #require(files.ofKind("ConfigMap").first?.nodeFile)
    let callees = try #require(file["callees"] as? [[String: Any]])
    #expect(callees.map { $0["name"] as? String } == ["b-", "c", "shop.example:80"])
    #expect(callees.map { $0["replicas"] as? Int } == [3, nil, nil])
    #expect(callees.map { $0["workers"] as? Int } == [2, 1, nil])
    let ports = callees.map { ($0["addresses"] as? [[String: Any]])?.first?["port"] as? Int }
    #expect(ports == [7070, 9000, 80])
    let configuration = try #require(file["configuration"] as? [String: Any])
    #expect(configuration["host"] as? String == "0.0.0.0" && configuration["port"] as? Int == 7070)
    #expect(configuration["layer"] as? Int == 1)
  }

  @Test("Ports say what is spoken there, where all callers agree")
  func protocols() throws {
    let files = try files()
    let spoken = files.ofKind("Service").map { $0["spec"]?["ports"]?.items.first?["appProtocol"] }
    // The external calls c over HTTP/1.1.
    #expect(spoken == ["tcp", "tcp", "tcp", "tcp"])
    let other = try plan("{name: a, script: [call: {service: b, transport: grpc}]}\n{name: b}")
    let second = try KubernetesExport.files(other).ofKind("Service").last
    #expect(second?["spec"]?["ports"]?.items.first?["appProtocol"] == "kubernetes.io/h2c")
  }

  @Test("Resources are limits and requests at once, and pods have no privilege")
  func resources() throws {
    let deployments = try files().ofKind("Deployment")
    let amounts: Manifest = ["cpu": "2", "memory": "64Mi"]
    #expect(
      deployments.map { $0.container?["resources"] } == [nil, ["limits": amounts, "requests": amounts], nil, nil])
    for pod in deployments {
      let spec = try #require(pod.podSpec)
      #expect(spec["automountServiceAccountToken"] == false && spec["enableServiceLinks"] == false)
      #expect(spec["securityContext"]?["runAsNonRoot"] == true)
      #expect(pod.container?["securityContext"]?["readOnlyRootFilesystem"] == true)
      #expect(pod.container?["securityContext"]?["capabilities"]?["drop"] == ["ALL"])
    }
  }

  @Test("The token is in the Secret and nowhere else; without one nothing is made up")
  func secrets() throws {
    let with = try files { $0.token = Self.token }
    let base64 = Data(Self.token.utf8).base64EncodedString()
    #expect(with.filter { $0.text.contains(base64) }.map(\.name) == ["secret.yaml"])
    #expect(with.filter(\.isSecret).map(\.name) == ["secret.yaml"])
    #expect(!with.contains { $0.text.contains(Self.token) })
    #expect(with["kustomization.yaml"][0]["secretGenerator"] == nil)
    let without = try files()
    #expect(without.names(ofKind: "Secret").isEmpty)
    let generator = try #require(without["kustomization.yaml"][0]["secretGenerator"]?.items.first)
    #expect(generator["name"] == "ctxchain-control" && generator["files"] == ["token=control-token"])
  }

  @Test("Services alone have no control channel, no Secret and no Job")
  func servicesOnly() throws {
    let files = try files { $0.isServicesOnly = true }
    #expect(
      Set(files.documents.compactMap { $0["kind"]?.string }) == ["ConfigMap", "Deployment", "Service", "Kustomization"])
    #expect(!files.contains { $0.text.contains("7071") || $0.text.contains("control") })
  }

  @Test("The Job prints its document alone, with the options that it is given")
  func job() throws {
    let job = try #require(try files { $0.runArguments = ["--rounds", "3"] }.ofKind("Job").first)
    #expect(job["spec"]?["backoffLimit"] == 0 && job.podSpec?["restartPolicy"] == "Never")
    #expect(
      job.container?["args"] == [
        "run", "/etc/ctxchain/topology.yaml", "--nodes", "/etc/ctxchain/nodes.yaml", "--json", "-", "--no-save",
        "--quiet", "--rounds", "3",
      ])
  }

  @Test("Another file of a node makes other pods, and the same plan the same text")
  func checksums() throws {
    func checksums(_ files: [ExportFile]) -> [Manifest?] {
      files.ofKind("Deployment").map {
        $0["spec"]?["template"]?["metadata"]?["annotations"]?["ctxchain-node-checksum"]
      }
    }
    let (first, second) = (try files(), try files())
    #expect(first.map(\.text) == second.map(\.text))
    let changed = try files { $0.topology.services[1].responseSize = 7 }
    #expect(zip(checksums(first), checksums(changed)).map(==) == [true, false, true, true])
  }
}
