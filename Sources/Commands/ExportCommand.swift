internal import ArgumentParser
internal import Orchestration

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a topology down for an orchestrator, with what measures it there.",
    discussion: """
      Nothing is started, and no cluster is talked to. docs/KUBERNETES.md goes from the image to the report.

      Example: ctxchain export kubernetes topologies/diamond.yaml -o deployment
      """,
    subcommands: [ExportKubernetesCommand.self, ExportPodmanCommand.self])
}

struct ExportKubernetesCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "kubernetes",
    abstract: "Write a topology as Kubernetes runs it.",
    discussion: """
      For each service a ConfigMap, a headless Service and a Deployment; a Job that runs the measurement and prints its \
      result; a kustomization.yaml. Without --token-file the kustomization makes the Secret from a file control-token \
      beside it, which you write: nothing secret is made here.

      Example: ctxchain export kubernetes topologies/diamond.yaml -o deployment
      """)

  @OptionGroup var export: ExportOptions

  @Option(help: "The namespace of every document; that of whoever applies them without it.")
  var namespace: String?

  func run(_ call: Invocation) throws {
    try export.write(call) { plan throws(ExportError) in
      var plan = plan
      plan.namespace = namespace
      return try KubernetesExport.files(plan)
    }
  }
}

struct ExportPodmanCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "podman",
    abstract: "Write a topology as podman play kube runs it.",
    discussion: """
      A pod for each replica, which others find under its name on one network, and a pod that runs the measurement and \
      prints its result.

      Example: ctxchain export podman topologies/diamond.yaml -o pods
      """)

  @OptionGroup var export: ExportOptions

  func run(_ call: Invocation) throws { try export.write(call, PodmanExport.files) }
}
