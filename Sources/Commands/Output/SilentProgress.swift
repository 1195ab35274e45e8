// Where nobody looks while a command runs: --quiet.

internal import Launcher

final class SilentProgress: RunObserver {
  func runDidReach(_ step: String) {}
  func runDidProgress(_ what: String, secondsLeft: Double?) {}
}
