// One run of a session that makes many, and what the session needs of it: a result, or why there is none.

internal import Results

struct PartRun {
  /// 0, or that with which the session ends.
  let status: Int32
  let isInterrupted: Bool
  /// For people: why it failed.
  let notes: [String]
  /// Only of a run that came to its end.
  let result: RunResult?

  /// Makes the run. `observer` hears its progress under the name, and nothing of its steps.
  init(
    _ plan: ExperimentPlan, name: String, observer: any RunObserver, supervisor: Supervisor, allowedCPUs: [Int32]
  ) {
    let experiment: Experiment
    do {
      experiment = try Experiment(
        plan: plan, observer: PartObserver(observer, name), supervisor: supervisor, allowedCPUs: allowedCPUs)
    } catch LauncherError.interrupted(let signal) {
      (status, isInterrupted, notes, result) = (128 + signal, true, [], nil)
      return
    } catch {
      (status, isInterrupted, notes, result) = (1, false, ["\(error)"], nil)
      return
    }
    status = experiment.run()
    let measured = experiment.result
    isInterrupted = measured.interrupted
    notes = status == 0 ? [] : measured.failures.map(\.reason) + measured.notes
    result = status == 0 ? measured : nil
  }
}

private final class PartObserver: RunObserver {
  private let observer: any RunObserver
  private let name: String

  init(_ observer: any RunObserver, _ name: String) {
    self.observer = observer
    self.name = name
  }

  func runDidReach(_ step: String) {}

  func runDidProgress(_ what: String, secondsLeft: Double?) {
    observer.runDidProgress("\(name): \(what)", secondsLeft: nil)
  }
}
