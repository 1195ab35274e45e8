// A topology as Kubernetes runs it: a ConfigMap, a headless Service and a Deployment for each service, a Job that measures them,
// a Secret. A pure function; it never talks to a cluster.

internal import Topology

package enum KubernetesExport {
  /// What is applied first, in one file each, `kustomization.yaml` last, and what measures, which is applied when the pods are
  /// ready.
  package static func files(_ plan: ExportPlan) throws(ExportError) -> [ExportFile] {
    try plan.check()
    let pods = PodTemplate(plan: plan)
    var files: [ExportFile] = []
    if let secret = pods.secret {
      files.append(ExportFile(name: "secret.yaml", documents: [secret], isSecret: true))
    }
    let assumed = plan.topology.assumedPropagators
    for (index, _) in plan.ownServices {
      let export = KubernetesService(pods: pods, index: index, assumed: assumed)
      files.append(ExportFile(name: "service-\(export.name).yaml", documents: try export.documents()))
    }
    let kustomization = kustomization(plan, files.map(\.name))
    if !plan.isServicesOnly { files.append(ExportFile(name: "measurement.yaml", documents: try measurement(pods))) }
    return files + [ExportFile(name: kustomizationName, documents: [kustomization])]
  }

  /// Means nothing outside its folder.
  package static let kustomizationName = "kustomization.yaml"

  private static func kustomization(_ plan: ExportPlan, _ files: [String]) -> Manifest {
    let result: Manifest = [
      "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
      "resources": .list(files.map { .text($0) }),
    ]
    guard plan.token == nil, !plan.isServicesOnly else { return result }
    var secret: [String: Manifest] = [
      "files": ["token=control-token"], "name": .text(plan.secretName),
      // What measures is not part of this file, and names the Secret as it is.
      "options": ["disableNameSuffixHash": true],
    ]
    secret["namespace"] = plan.namespace.map { .text($0) }
    return result.adding(["secretGenerator": [.map(secret)]])
  }

  private static func measurement(_ pods: PodTemplate) throws(ExportError) -> [Manifest] {
    let name = pods.plan.runName
    let labels = pods.labels(name)
    let spec = pods.spec(container: ["args": pods.runArguments, "name": "run"], configMap: name)
    return [
      try pods.configMap(name, component: name, pods.runFiles(.shared)),
      [
        "apiVersion": "batch/v1", "kind": "Job", "metadata": pods.metadata(name, labels: labels),
        // A run that failed says why; another would be another measurement.
        "spec": [
          "backoffLimit": 0,
          "template": ["metadata": ["labels": .map(labels)], "spec": spec.adding(["restartPolicy": "Never"])],
        ],
      ],
    ]
  }
}

/// The documents of one service.
private struct KubernetesService {
  let pods: PodTemplate
  let index: Int
  let assumed: [String]

  private var plan: ExportPlan { pods.plan }
  private var service: Service { plan.topology.services[index] }
  var name: String { plan.name(of: service) }
  private var configMapName: String { name + "-node" }

  func documents() throws(ExportError) -> [Manifest] {
    let file = NodeFile(plan, index: index, replica: 0, naming: .shared, assumed: assumed).text
    return [
      try pods.configMap(configMapName, component: name, ["node.json": file]), headless,
      deployment(checksum: Checksum.text(file)),
    ]
  }

  private func port(_ name: String, _ number: UInt16, _ more: [String: Manifest] = [:]) -> Manifest {
    Manifest.map(["name": .text(name), "port": .integer(Int(number))]).adding(more)
  }

  /// Without an address of its own: its name leads to each pod, because connections last, and a proxy in between would give
  /// all of one caller's to one pod. Also to pods that are not ready, since in a ring of calls nobody would be first.
  private var headless: Manifest {
    let control = plan.isServicesOnly ? [] : [port("control", ExportPlan.Port.control, ["appProtocol": "tcp"])]
    return [
      "apiVersion": "v1", "kind": "Service", "metadata": pods.metadata(name, labels: pods.labels(name)),
      "spec": [
        "clusterIP": "None",
        "ports": .list(
          [port("data", plan.port(of: service), ["appProtocol": .text(appProtocol)])] + control + [
            port("metrics", ExportPlan.Port.metrics, ["appProtocol": "http"])
          ]),
        "publishNotReadyAddresses": true, "selector": .map(pods.labels(name)),
      ],
    ]
  }

  /// By the transport of its callers; `tcp` where they have several.
  private var appProtocol: String {
    let calls = plan.topology.services.flatMap(\.script).flatMap(\.calls).filter { $0.service == index }
    let transports = Set(
      calls.map(\.transport) + (index == plan.topology.entry ? [plan.topology.client.transportName] : []))
    return transports == ["http1"] ? "http" : transports == ["grpc"] ? "kubernetes.io/h2c" : "tcp"
  }

  private func deployment(checksum: String) -> Manifest {
    let labels = Manifest.map(pods.labels(name))
    return [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": pods.metadata(name, labels: pods.labels(name)),
      "spec": [
        "replicas": .integer(service.replicas), "selector": ["matchLabels": labels],
        // Callers know how many there are.
        "strategy": ["type": "Recreate"],
        "template": [
          "metadata": [
            "labels": labels,
            // The first makes another file another pod.
            "annotations": [
              "ctxchain-node-checksum": .text(checksum), "prometheus.io/port": "\(ExportPlan.Port.metrics)",
              "prometheus.io/scrape": "true",
            ],
          ],
          "spec": pods.spec(container: container, configMap: configMapName),
        ],
      ],
    ]
  }

  private func containerPort(_ name: String, _ number: UInt16) -> Manifest {
    ["containerPort": .integer(Int(number)), "name": .text(name)]
  }

  private var container: [String: Manifest] {
    let control = plan.isServicesOnly ? [] : [containerPort("control", ExportPlan.Port.control)]
    func probe(_ path: String, every seconds: Int, failures: Int) -> Manifest {
      [
        "failureThreshold": .integer(failures), "httpGet": ["path": .text(path), "port": "metrics"],
        "periodSeconds": .integer(seconds), "timeoutSeconds": 5,
      ]
    }
    let own: [String: Manifest] = [
      "args": pods.nodeArguments, "name": "node",
      "ports": .list(
        [containerPort("data", plan.port(of: service))] + control + [containerPort("metrics", ExportPlan.Port.metrics)]),
      "startupProbe": probe("/healthz", every: 1, failures: 60),
      "livenessProbe": probe("/healthz", every: 10, failures: 3),
      "readinessProbe": probe("/ready", every: 2, failures: 1),
    ]
    return own.merging(pods.resources(of: service)) { $1 }
  }
}
