// What a session of many runs lets its observer hear of each.

/// Says which of them it is, and leaves out what a run says of its steps.
final class PartObserver: RunObserver {
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
