// The option --passes: what a run measures beside its rounds of closed-loop trials.

internal import ArgumentParser
internal import Launcher

enum PassNames {
  private static let known = ExperimentPlan.Pass.allCases.map(\.rawValue)

  static let help: ArgumentHelp = """
    What is measured beside closed-loop trials: all, none, or some of \(known.joined(separator: ", ")), separated by \
    commas; all without it.
    """

  static func passes(_ text: String?) throws -> Set<ExperimentPlan.Pass> {
    guard let text, text != "all" else { return Set(ExperimentPlan.Pass.allCases) }
    if text == "none" { return [] }
    return Set(
      try NameList.read(text).map { name in
        guard let pass = ExperimentPlan.Pass(rawValue: name) else {
          throw ValidationError(
            "--passes: expected all, none or some of \(known.joined(separator: ", ")), got \"\(name)\"")
        }
        return pass
      })
  }
}
