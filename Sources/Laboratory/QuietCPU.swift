// Chooses the CPU that a bench stays on, and keeps the calling thread there.

internal import CLinux

package enum QuietCPU {
  /// How long each CPU is tried.
  private static let trialNanoseconds: Int64 = 30_000_000

  /// Spins on every allowed CPU for a moment and pins the thread to the one that gave it the most time. Returns its
  /// number; nil where the kernel does not pin.
  package static func pin() -> Int? {
    var cpus = [Int32](repeating: 0, count: 1_024)
    let count = ctx_allowed_cpus(&cpus, Int32(cpus.count))
    var best: (cpu: Int32, given: Int64)?
    for cpu in cpus.prefix(max(0, Int(count))) where ctx_pin_to_cpu(0, cpu) == 0 {
      let given = timeGiven()
      if given > best?.given ?? -1 { best = (cpu, given) }
    }
    guard let best, ctx_pin_to_cpu(0, best.cpu) == 0 else { return nil }
    return Int(best.cpu)
  }

  /// CPU time of this thread while one trial passes.
  private static func timeGiven() -> Int64 {
    let start = ctx_thread_cpu_nanoseconds()
    let end = ctx_monotonic_nanoseconds() + trialNanoseconds
    while ctx_monotonic_nanoseconds() < end {}
    return ctx_thread_cpu_nanoseconds() - start
  }

  /// What `Bench` takes as its clock.
  package static func threadNanoseconds() -> Int64 { ctx_thread_cpu_nanoseconds() }
}
