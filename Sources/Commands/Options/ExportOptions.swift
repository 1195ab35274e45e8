// What exports have in common: the topology, what it is to be called and run from, and where the files go.

internal import ArgumentParser
internal import Glibc
internal import Orchestration
internal import Results
internal import Topology

struct ExportOptions: ParsableArguments {
  static let imageByDefault = "localhost/ctxchain:\(ToolVersion.current)"

  @Argument(help: "The topology file.")
  var file: String

  @Option(
    name: [.customShort("o"), .long],
    help: "The folder to write to, or - for standard output. Files of the same names are replaced, others stay.")
  var output: String

  @Option(help: "The image that every pod runs; \(imageByDefault), which make image makes, without it.")
  var image = imageByDefault

  @Option(help: "What every name begins with; nothing without it.")
  var prefix = ""

  @Option(
    help: "A file with the token of the control channel, at least 32 hexadecimal digits, which goes into the Secret.")
  var tokenFile: String?

  @Flag(help: "Services alone: no control channel, no Secret, and nothing that measures.")
  var servicesOnly = false

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("What ctxchain run gets in the cluster, behind --.", valueName: "run-options"))
  var runArguments: [String] = []

  mutating func validate() throws {
    guard !output.isEmpty else { throw ValidationError("-o: expected a folder or -, got \"\"") }
    if servicesOnly, let other = tokenFile != nil ? "--token-file" : runArguments.isEmpty ? nil : "run options" {
      throw ValidationError("--services-only: expected no \(other) beside it, because nothing measures")
    }
    if let problem = Ctxchain.problem(["ctxchain", "run", "topology.yaml"] + runArguments) {
      throw ValidationError("run options: \(problem)")
    }
  }

  /// - Parameter files: what the plan is written as.
  func write(_ call: Invocation, _ files: (ExportPlan) throws(ExportError) -> [ExportFile]) throws {
    let made = try CommandFailure.ofArguments { try files(plan()) }
    guard output != ResultFile.standardOutput else {
      if let file = made.first(where: \.documents.isEmpty) {
        throw ValidationError("-o -: expected a folder, because \(file.name) is none of these documents")
      }
      let documents = made.filter { $0.name != KubernetesExport.kustomizationName }.flatMap(\.documents)
      return try call.console.out(Manifest.yaml(documents))
    }
    try Folder.create(output)
    for file in made { try write(file) }
    try call.console.out(made.map { "\(output)/\($0.name)\n" }.joined())
  }

  private func plan() throws -> ExportPlan {
    var plan = ExportPlan(
      topology: try TopologyFile.loadToMeasure(path: file, with: TopologyOverrides()), image: image)
    plan.prefix = prefix
    plan.isServicesOnly = servicesOnly
    plan.runArguments = runArguments
    plan.token = try tokenFile.map { path in
      String(decoding: try ResultFile.contents(of: path).filter { !" \t\r\n".utf8.contains($0) }, as: UTF8.self)
    }
    return plan
  }

  private func write(_ file: ExportFile) throws {
    let path = "\(output)/\(file.name)"
    if file.isSecret {
      // Before it has anything in it; the mode stays when it is replaced.
      let made = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      if made >= 0 {
        fchmod(made, 0o600)
        close(made)
      }
    }
    try ResultFile.write(text: file.text, to: path)
  }
}
