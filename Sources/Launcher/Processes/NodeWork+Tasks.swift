// What the kernel's books say of a node in a window, added to the node's figures of a trial.

internal import ProcessFigures
internal import Results

extension NodeWork {
  /// A share of what happened between two readings.
  mutating func add(_ now: TaskFigures, since earlier: TaskFigures, share: Double) {
    func difference(_ path: KeyPath<TaskFigures, Int64?>) -> Int64? {
      guard let now = now[keyPath: path], let before = earlier[keyPath: path] else { return nil }
      return Int64((Double(max(0, now - before)) * share).rounded())
    }
    runQueueWaitNanoseconds = difference(\.runQueueWait)
    voluntarySwitches = difference(\.voluntarySwitches)
    involuntarySwitches = difference(\.involuntarySwitches)
  }
}
