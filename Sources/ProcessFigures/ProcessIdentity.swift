// Which process on which machine this is: what tells a process that started anew from a connection that was lost.

internal import Glibc

package struct ProcessIdentity: Codable, Equatable, Sendable {
  package var hostName: String
  /// Of the machine since its last start; empty where the kernel does not say.
  package var bootId: String
  package var pid: Int32
  /// Ticks from the machine's start to the process's.
  package var startTicks: UInt64
  package var cpuCount: Int
  package var kernel: String

  package init(hostName: String, bootId: String, pid: Int32, startTicks: UInt64, cpuCount: Int, kernel: String) {
    self.hostName = hostName
    self.bootId = bootId
    self.pid = pid
    self.startTicks = startTicks
    self.cpuCount = cpuCount
    self.kernel = kernel
  }

  /// This process.
  package static func own() -> ProcessIdentity {
    var names = utsname()
    uname(&names)
    func text<Field>(_ field: Field) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    // The name, which may hold anything, stands in parentheses; the start is the 20th word behind it.
    let stat = ProcFile.text("/proc/self/stat", sizeMax: 4096)
    let words = stat.lastIndex(of: ")").map { stat[$0...].dropFirst(2).split(separator: " ") } ?? []
    let boot = ProcFile.text("/proc/sys/kernel/random/boot_id", sizeMax: 64).prefix { !$0.isWhitespace }
    return ProcessIdentity(
      hostName: text(names.nodename), bootId: String(boot), pid: getpid(),
      startTicks: words.count > 19 ? UInt64(words[19]) ?? 0 : 0,
      cpuCount: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_CONF)))), kernel: "Linux " + text(names.release))
  }

  /// Another start of it, wherever: not the same process over another connection.
  package func isSameProcess(as other: ProcessIdentity) -> Bool {
    bootId == other.bootId && pid == other.pid && startTicks == other.startTicks && hostName == other.hostName
  }
}
