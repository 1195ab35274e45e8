// One of the things that a run does once, beside its rounds: a value that adds its part to the result.

protocol Pass: Sendable {
  var kind: ExperimentPlan.Pass { get }
  func run(on experiment: Experiment) throws(LauncherError)
}

extension Experiment {
  /// In this order, once the sets are warm.
  static let passes: [any Pass] = [
    FidelityChecking(), SemanticsProbing(), RequestCounting(), ReferenceCounting(), StageClocking(),
  ]

  func run(_ pass: any Pass) throws(LauncherError) { if hasTime(for: pass.kind) { try pass.run(on: self) } }
}
