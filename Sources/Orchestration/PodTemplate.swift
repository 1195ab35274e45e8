// What pods of Kubernetes and of podman have in common: no privilege, nothing written to, files from ConfigMaps, the token from
// a Secret.

internal import FoundationEssentials
internal import Topology

struct PodTemplate {
  let plan: ExportPlan

  /// Seconds from SIGTERM to SIGKILL: a node takes 10 at most to answer what it has.
  private static let graceSeconds = 15
  /// Of nobody in particular; it owns nothing in the image.
  private static let user = 65_532
  static let folder = "/etc/ctxchain"
  private static let volume = "configuration"
  /// Bytes of a ConfigMap.
  static let configMapSizeMax = 250 << 10

  /// What `metadata` has of every document.
  func metadata(_ name: String, labels: [String: Manifest]) -> Manifest {
    let place: [String: Manifest] = plan.namespace.map { ["namespace": .text($0)] } ?? [:]
    return .map(["name": .text(name), "labels": .map(labels)].merging(place) { $1 })
  }

  /// Of what belongs to a service, or measures.
  func labels(_ component: String) -> [String: Manifest] {
    ["app.kubernetes.io/component": .text(component), "app.kubernetes.io/name": "ctxchain"]
  }

  /// Throws where Kubernetes would not take it.
  func configMap(_ name: String, component: String, _ files: [String: String]) throws(ExportError) -> Manifest {
    let size = files.values.reduce(0) { $0 + $1.utf8.count }
    guard size <= Self.configMapSizeMax else {
      throw ExportError(
        "ConfigMap \(name) would have \(size) bytes, and a cluster takes \(Self.configMapSizeMax) at most")
    }
    return [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(name, labels: labels(component)),
      "data": .map(files.mapValues { .text($0) }),
    ]
  }

  /// The part of a pod that is the same of all.
  ///
  /// - Parameters:
  ///   - container: what is its own.
  ///   - configMap: the name of its files.
  func spec(container: [String: Manifest], configMap: String) -> Manifest {
    let common: Manifest = [
      "image": .text(plan.image), "imagePullPolicy": "IfNotPresent",
      "securityContext": [
        "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]], "readOnlyRootFilesystem": true,
        "runAsNonRoot": true,
      ],
      "volumeMounts": [["mountPath": .text(Self.folder), "name": .text(Self.volume), "readOnly": true]],
    ]
    return [
      "automountServiceAccountToken": false, "enableServiceLinks": false,
      "containers": [common.adding(environment).adding(container)],
      "securityContext": [
        "runAsGroup": .integer(Self.user), "runAsNonRoot": true, "runAsUser": .integer(Self.user),
        "seccompProfile": ["type": "RuntimeDefault"],
      ],
      "terminationGracePeriodSeconds": .integer(Self.graceSeconds),
      "volumes": [["configMap": ["name": .text(configMap)], "name": .text(Self.volume)]],
    ]
  }

  private var environment: [String: Manifest] {
    guard !plan.isServicesOnly else { return [:] }
    return [
      "env": [
        [
          "name": "CTXCHAIN_CONTROL_TOKEN",
          "valueFrom": ["secretKeyRef": ["key": "token", "name": .text(plan.secretName)]],
        ]
      ]
    ]
  }

  /// The program's words in a service's pod.
  var nodeArguments: Manifest {
    let control: [Manifest] = plan.isServicesOnly ? [] : ["--control", "0.0.0.0:\(ExportPlan.Port.control)"]
    return .list(
      ["node", "--config", "\(Self.folder)/node.json", "--metrics", "0.0.0.0:\(ExportPlan.Port.metrics)"] + control)
  }

  /// Those in the pod that measures. Its output is one document and nothing else, because what collects logs puts what comes
  /// over standard error among it.
  var runArguments: Manifest {
    let words = ["run", "\(Self.folder)/topology.yaml", "--nodes", "\(Self.folder)/nodes.yaml"]
    return .list((words + ["--json", "-", "--no-save", "--quiet"] + plan.runArguments).map { .text($0) })
  }

  /// The files of what measures.
  func runFiles(_ naming: ReplicaNaming) -> [String: String] {
    let domain = plan.namespace.map { ".\($0)" } ?? ""
    let nodes = plan.ownServices.map { _, service in
      let hosts = naming.hosts(plan.name(of: service), replicas: service.replicas).map {
        Manifest.text("\($0)\(naming == .shared ? domain : ""):\(ExportPlan.Port.control)")
      }
      return (service.name, hosts.count == 1 ? hosts[0] : .list(hosts))
    }
    return [
      "nodes.yaml": Manifest.map(["nodes": .map(Dictionary(uniqueKeysWithValues: nodes))]).yaml,
      "topology.yaml": TopologyPrinter.yaml(plan.topology),
    ]
  }

  /// What a service's pod may use, which it has for itself too.
  func resources(of service: Service) -> [String: Manifest] {
    guard let limits = service.resources?.members, !limits.isEmpty else { return [:] }
    let amounts = Manifest.map(limits.mapValues { .text($0) })
    return ["resources": ["limits": amounts, "requests": amounts]]
  }

  /// Nil where somebody else brings it, or nobody needs one.
  private var token: String? {
    plan.isServicesOnly ? nil : plan.token.map { Data($0.utf8).base64EncodedString() }
  }

  var secret: Manifest? {
    token.map { token in
      [
        "apiVersion": "v1", "kind": "Secret", "metadata": metadata(plan.secretName, labels: labels(plan.runName)),
        "type": "Opaque", "data": ["token": .text(token)],
      ]
    }
  }

  /// As podman 4 keeps one that pods are to have parts of: `podman secret create` makes it from this.
  var podmanSecret: String? { token.map { "{\"token\": \"\($0)\"}\n" } }
}
