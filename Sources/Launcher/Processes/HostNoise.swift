// What else the machine does: stolen time, CPU pressure, load per CPU. Read from /proc; what a kernel lacks is nil.

internal import FoundationEssentials
internal import Glibc

/// Of one CPU since boot.
private struct CPUTicks {
  let all: UInt64
  /// Not idle.
  let busy: UInt64
  /// In tasks, and not in interrupts or stolen.
  let tasks: UInt64
}

/// Counters since boot; two readings give what happened between them.
struct HostReading {
  /// Per CPU, in ticks.
  private var ticks: [Int32: CPUTicks] = [:]
  private var steal: UInt64 = 0
  private var total: UInt64 = 0
  /// Microseconds in which some task waited for a CPU.
  private var pressure: UInt64?
  private let seconds: Double

  init() {
    seconds = Date().timeIntervalSinceReferenceDate
    for line in HostReading.text("/proc/stat").split(separator: "\n") where line.hasPrefix("cpu") {
      let words = line.split(separator: " ")
      let ticks = words.dropFirst().prefix(8).map { UInt64($0) ?? 0 }
      guard ticks.count == 8 else { continue }
      let all = ticks.reduce(0, +)
      if let cpu = Int32(words[0].dropFirst(3)) {
        self.ticks[cpu] = CPUTicks(
          all: all, busy: all - ticks[3] - ticks[4], tasks: ticks[0] + ticks[1] + ticks[2])
      } else {
        (steal, total) = (ticks[7], all)
      }
    }
    pressure = HostReading.text("/proc/pressure/cpu").split(separator: "\n").first { $0.hasPrefix("some") }
      .flatMap { $0.split(separator: "=").last }.flatMap { UInt64($0) }
  }

  /// Share of all CPU time that the hypervisor gave to others, 0…1.
  func stealRatio(since earlier: HostReading) -> Double {
    total > earlier.total ? Double(steal - earlier.steal) / Double(total - earlier.total) : 0
  }

  /// Share of the time in which some task waited for a CPU, 0…1; nil where the kernel does not say.
  func pressureRatio(since earlier: HostReading) -> Double? {
    guard let pressure, let before = earlier.pressure, seconds > earlier.seconds else { return nil }
    return min(1, Double(pressure - before) / 1e6 / (seconds - earlier.seconds))
  }

  /// Share of the time of `cpus` that other tasks than ours had, 0…1. Interrupts are nobody's, and the kernel counts in
  /// ticks: over 0.25 s a value may be off by some hundredths.
  ///
  /// - Parameter own: CPU time of ours on them, nanoseconds.
  func foreignRatio(since earlier: HostReading, on cpus: [Int32], own: Int64) -> Double {
    var (tasks, all) = (0.0, 0.0)
    for cpu in cpus {
      guard let now = ticks[cpu], let before = earlier.ticks[cpu], now.all > before.all else { continue }
      tasks += Double(now.tasks &- before.tasks)
      all += Double(now.all &- before.all)
    }
    guard all > 0 else { return 0 }
    let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return min(1, max(0, (tasks - Double(own) / 1e9 * ticksPerSecond) / all))
  }

  /// `cpus` with the least loaded first, by what each did since the earlier reading.
  func leastLoaded(_ cpus: [Int32], since earlier: HostReading) -> [Int32] {
    func load(_ cpu: Int32) -> Double {
      guard let now = ticks[cpu], let before = earlier.ticks[cpu], now.all > before.all else { return 0 }
      return Double(now.busy - before.busy) / Double(now.all - before.all)
    }
    return cpus.sorted { (load($0), $0) < (load($1), $1) }
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}
