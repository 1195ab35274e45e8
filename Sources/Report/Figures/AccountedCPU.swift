// Whether the kernel's clocks of processes hold what the network costs. A kernel with IRQ_TIME_ACCOUNTING takes the time of
// interrupts, in which loopback delivers, out of the task that they interrupt: it is then in nobody's CPU time.

internal import Results
internal import Statistics

enum AccountedCPU {
  /// Below this share a part of the work is missing in every figure of CPU.
  static let shareMin = 0.95

  /// CPU time of nodes and client / window, the median over the closed loops of the headline, where all share one CPU that
  /// is never idle; nil elsewhere. In turns the window is shorter than what is read, so it may be above 1.
  static func share(_ result: RunResult) -> Double? {
    guard result.settings.placement == "one" else { return nil }
    let closed = result.trials.filter {
      $0.phase == .closed && $0.inFlight == result.settings.inFlight && $0.validity.verdict == .ok
    }
    return Spread.median(
      closed.map { Double($0.nodeCpuNanoseconds + $0.clientCpuNanoseconds) / Double(max(1, $0.windowNanoseconds)) })
  }

  /// Nil where nothing is missing, or nobody can tell.
  static func words(_ result: RunResult) -> String? {
    guard let share = share(result), share < shareMin else { return nil }
    return "nodes and client account for \(NumberText.percent(share)) % of their CPU's time: what interrupts take is "
      + "in no figure of CPU"
  }
}
