// A topology as `podman play kube` runs it: a pod for each replica, found under its own name on a network of its own. No port is
// published, since two pods cannot have the same of the machine.

internal import Topology

package enum PodmanExport {
  /// What is played first, and what measures, which is played when the pods run.
  package static func files(_ plan: ExportPlan) throws(ExportError) -> [ExportFile] {
    try plan.check()
    let pods = PodTemplate(plan: plan)
    var files: [ExportFile] = []
    if let secret = pods.podmanSecret { files.append(ExportFile(name: "secret.json", secret: secret)) }
    files.append(ExportFile(name: "pods.yaml", documents: try services(pods)))
    if !plan.isServicesOnly { files.append(ExportFile(name: "measurement.yaml", documents: try measurement(pods))) }
    return files
  }

  private static func services(_ pods: PodTemplate) throws(ExportError) -> [Manifest] {
    let plan = pods.plan
    let assumed = plan.topology.assumedPropagators
    var owners: [String: String] = [:]
    var documents: [Manifest] = []
    for (index, service) in plan.ownServices {
      let names = ReplicaNaming.numbered.hosts(plan.name(of: service), replicas: service.replicas)
      for (replica, name) in names.enumerated() {
        if let other = owners.updateValue(service.name, forKey: name) {
          throw ExportError("replicas of services \(other) and \(service.name) would both be called \"\(name)\"")
        }
        let file = NodeFile(plan, index: index, replica: replica, naming: .numbered, assumed: assumed)
        let container: [String: Manifest] = ["args": pods.nodeArguments, "name": "node"]
        documents += try pod(
          pods, name, files: ["node.json": file.text],
          container: container.merging(pods.resources(of: service)) { $1 }, restart: "Always")
      }
    }
    return documents
  }

  private static func measurement(_ pods: PodTemplate) throws(ExportError) -> [Manifest] {
    try pod(
      pods, pods.plan.runName, files: pods.runFiles(.numbered), container: ["args": pods.runArguments, "name": "run"],
      restart: "Never")
  }

  private static func pod(
    _ pods: PodTemplate, _ name: String, files: [String: String], container: [String: Manifest], restart: Manifest
  ) throws(ExportError) -> [Manifest] {
    let configMap = name + "-files"
    let spec = pods.spec(container: container, configMap: configMap)
    return [
      try pods.configMap(configMap, component: name, files),
      [
        "apiVersion": "v1", "kind": "Pod", "metadata": pods.metadata(name, labels: pods.labels(name)),
        "spec": spec.adding(["restartPolicy": restart]),
      ],
    ]
  }
}
