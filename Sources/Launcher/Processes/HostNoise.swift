// What else the machine does: stolen time, CPU pressure, load per CPU. Read from /proc; what a kernel lacks is nil.

internal import FoundationEssentials

/// Counters since boot; two readings give what happened between them.
struct HostReading {
  /// Per CPU: all time and the part that was not idle, in ticks.
  private(set) var busy: [Int32: (all: UInt64, busy: UInt64)] = [:]
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
        busy[cpu] = (all, all - ticks[3] - ticks[4])
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

  /// `cpus` with the least loaded first, by what each did since the earlier reading.
  func leastLoaded(_ cpus: [Int32], since earlier: HostReading) -> [Int32] {
    func load(_ cpu: Int32) -> Double {
      guard let now = busy[cpu], let before = earlier.busy[cpu], now.all > before.all else { return 0 }
      return Double(now.busy - before.busy) / Double(now.all - before.all)
    }
    return cpus.sorted { (load($0), $0) < (load($1), $1) }
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}
