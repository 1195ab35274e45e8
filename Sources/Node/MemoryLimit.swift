// What a process may use of memory, as its service's `resources` say, held by the kernel.

internal import Glibc
internal import Topology

enum MemoryLimit {
  /// Bytes beside what the process has when it begins: less is nothing to serve with.
  private static let roomMin = 4 << 20

  /// From here on the kernel gives no more than that in all: heap, stacks of threads, whatever is reserved for writing (`RLIMIT_DATA`).
  /// What asks for more ends the process, which says so.
  static func set(_ resources: Resources?) throws(NodeError) {
    guard let size = resources?.memorySize else { return }
    let used = try dataSize()
    guard size >= used + roomMin else {
      throw .badConfiguration(
        "resources.memory is \(size >> 10) KiB, and a process that has served nothing needs \((used + roomMin) >> 10)")
    }
    var limit = rlimit(rlim_cur: rlim_t(size), rlim_max: rlim_t(size))
    guard setrlimit(__rlimit_resource_t(UInt32(RLIMIT_DATA.rawValue)), &limit) == 0 else {
      throw .badConfiguration("its memory cannot be limited: \(String(cString: strerror(errno)))")
    }
  }

  /// As the kernel counts it for that limit.
  private static func dataSize() throws(NodeError) -> Int {
    var text = [UInt8](repeating: 0, count: 256)
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let count = read(file, &text, text.count)
    let words = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    guard words.count > 5, let pages = Int(words[5]) else { throw .badConfiguration("/proc cannot be read") }
    return pages * Int(getpagesize())
  }
}
