// What the kernel keeps of a process: how long it waited for a CPU, how often it gave one up, its memory. Read from
// /proc, by the launcher of its children, so that nobody is disturbed, and by a node elsewhere of itself; what a kernel
// lacks is nil.

/// Since the start of a process; two readings give what happened between them.
package struct TaskFigures: Equatable, Sendable {
  /// Nanoseconds in which it could run and did not.
  package var runQueueWait: Int64?
  package var voluntarySwitches: Int64?
  package var involuntarySwitches: Int64?

  package init() {}

  /// Of its main thread, which with one worker is the only one that works; with several of all its threads.
  package init(pid: Int32, workers: Int) {
    let folders =
      workers > 1
      ? ProcFile.numbers(in: "/proc/\(pid)/task").map { "/proc/\(pid)/task/\($0)" } : ["/proc/\(pid)"]
    let each = folders.map(TaskFigures.thread)
    func sum(_ values: [Int64?]) -> Int64? { values.contains(nil) ? nil : values.reduce(0) { $0 + ($1 ?? 0) } }
    runQueueWait = sum(each.map(\.wait))
    voluntarySwitches = sum(each.map(\.voluntary))
    involuntarySwitches = sum(each.map(\.involuntary))
  }

  private static func thread(_ folder: String) -> (wait: Int64?, voluntary: Int64?, involuntary: Int64?) {
    let words = ProcFile.text("\(folder)/schedstat", sizeMax: 256).split(separator: " ")
    let status = ProcFile.text("\(folder)/status", sizeMax: 8192)
    return (
      words.count == 3 ? Int64(words[1]) : nil, ProcFile.number("voluntary_ctxt_switches:", in: status),
      ProcFile.number("nonvoluntary_ctxt_switches:", in: status)
    )
  }

  /// Bytes of memory that a process has now: all of it, and with what it shares divided among those who share it.
  package static func memory(pid: Int32) -> (resident: UInt64?, proportional: UInt64?) {
    func bytes(_ name: String, in text: String) -> UInt64? { ProcFile.number(name, in: text).map { UInt64($0) << 10 } }
    let rollup = ProcFile.text("/proc/\(pid)/smaps_rollup")
    return (bytes("Rss:", in: rollup), bytes("Pss:", in: rollup))
  }
}
