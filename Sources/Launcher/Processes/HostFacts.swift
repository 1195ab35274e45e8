// Which machine this is, for the result.

internal import FoundationEssentials
internal import Glibc
internal import Results

enum HostFacts {
  static func describe(allowedCPUs: [Int32]) -> HostDescription {
    var names = utsname()
    uname(&names)
    let release = withUnsafePointer(to: &names.release) {
      $0.withMemoryRebound(to: CChar.self, capacity: 65) { String(cString: $0) }
    }
    return HostDescription(
      cpuCount: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_CONF)))), allowedCpus: allowedCPUs.map(Int.init),
      cpuModel: cpuModel, kernel: "Linux " + release,
      memoryBytes: UInt64(sysconf(Int32(_SC_PHYS_PAGES))) * UInt64(sysconf(Int32(_SC_PAGESIZE))))
  }

  private static var cpuModel: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.drop { $0 == " " }.description } ?? "unknown"
  }

  /// The letter of `/proc/PID/stat`: R runs, S sleeps, T was stopped; nil when there is no such process.
  static func processState(_ pid: Int32) -> Character? {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    // Behind the name, which stands in parentheses and may hold anything.
    return text.lastIndex(of: ")").flatMap { text[$0...].dropFirst(2).first }
  }

  /// ISO 8601 in UTC, to the second.
  static func timestamp() -> String { Timestamp.text(unixSeconds: time(nil)) }
}
