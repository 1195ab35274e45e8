// What the kernel keeps of a process: how long it waited for a CPU, how often it gave one up, its memory. Read from
// /proc by the launcher, so nobody is disturbed; what a kernel lacks is nil.

internal import FoundationEssentials
internal import Results

/// Since the start of a process; two readings give what happened between them.
struct TaskFigures {
  /// Nanoseconds in which it could run and did not.
  private let runQueueWait: Int64?
  private let voluntarySwitches: Int64?
  private let involuntarySwitches: Int64?

  /// Of its main thread, which with one worker is the only one; with several of all its threads.
  init(pid: Int32, workers: Int) {
    var folders = ["/proc/\(pid)"]
    if workers > 1 {
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
      folders = threads.map { "/proc/\(pid)/task/\($0)" }
    }
    let each = folders.map(TaskFigures.thread)
    func sum(_ values: [Int64?]) -> Int64? { values.contains(nil) ? nil : values.reduce(0) { $0 + ($1 ?? 0) } }
    runQueueWait = sum(each.map(\.wait))
    voluntarySwitches = sum(each.map(\.voluntary))
    involuntarySwitches = sum(each.map(\.involuntary))
  }

  private static func thread(_ folder: String) -> (wait: Int64?, voluntary: Int64?, involuntary: Int64?) {
    let words = text("\(folder)/schedstat").split(separator: " ")
    let status = text("\(folder)/status")
    return (
      words.count == 3 ? Int64(words[1]) : nil, number("voluntary_ctxt_switches:", in: status),
      number("nonvoluntary_ctxt_switches:", in: status)
    )
  }

  /// Adds to a trial's figures of this process a share of what happened since an earlier reading.
  func add(to work: inout NodeWork, since earlier: TaskFigures, share: Double) {
    func difference(_ path: KeyPath<TaskFigures, Int64?>) -> Int64? {
      guard let now = self[keyPath: path], let before = earlier[keyPath: path] else { return nil }
      return Int64((Double(max(0, now - before)) * share).rounded())
    }
    work.runQueueWaitNanoseconds = difference(\.runQueueWait)
    work.voluntarySwitches = difference(\.voluntarySwitches)
    work.involuntarySwitches = difference(\.involuntarySwitches)
  }

  /// Bytes of memory that a process has now: all of it, and with what it shares divided among those who share it.
  static func memory(pid: Int32) -> (resident: UInt64?, proportional: UInt64?) {
    func bytes(_ name: String, in text: String) -> UInt64? { number(name, in: text).map { UInt64($0) << 10 } }
    let rollup = text("/proc/\(pid)/smaps_rollup")
    return (bytes("Rss:", in: rollup), bytes("Pss:", in: rollup))
  }

  private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

  /// The first number of the line that begins so.
  private static func number(_ name: String, in text: String) -> Int64? {
    text.split(separator: "\n").first { $0.hasPrefix(name) }
      .flatMap { $0.dropFirst(name.count).split { $0 == " " || $0 == "\t" }.first }.flatMap { Int64($0) }
  }
}
