// One child: a node, a client or the laboratory, started from this very program, with its control channel, its shared
// counters and the last lines of its log. The only code that spawns.

internal import CLinux
internal import Control
internal import EventLoop
internal import Glibc
internal import Spans

/// Started by `init`; `signal`, `wait` and `close` end it. Must be made on the main thread: a child dies with the
/// thread that spawned it.
final class ChildProcess: LineChannelDelegate {
  enum Role: String { case node, client, laboratory, exporter }

  /// Lines of log kept.
  static let logLineCountMax = 20

  let name: String
  /// The service that a node runs; nil for others.
  let service: String?
  let pid: pid_t
  /// One for each worker of a node; none for others.
  let pages: [UnsafeMutablePointer<CounterPage>]
  /// As many, where the node records spans.
  let rings: [SpanRing]
  private let memorySize: Int
  /// Called with each line of the control channel.
  var didReceive: ((UnsafeRawBufferPointer) -> Void)?
  /// Called with each line of its log.
  var didLog: ((String) -> Void)?
  /// Called once it has been reaped.
  var didEnd: (() -> Void)?
  /// Set once the child has been reaped: the status that `waitpid` gave.
  private(set) var waitStatus: Int32?
  /// The launcher asked it to stop: its end is no failure.
  private(set) var isStopping = false
  /// The arm whose process set it belongs to.
  var arm: String?
  private var control: LineChannel!
  private var log: LineChannel!
  private(set) var logLines: [String] = []

  /// - Parameters:
  ///   - workers: threads of a node.
  ///   - recordsSpans: it gets rings for them. What another build would make of those is not known.
  ///   - program: path of another ctxchain; nil for this one.
  ///   - wrapper: words put in front of the command line, such as a profiler; empty for none.
  ///   - preload: a library that the child loads before all others; nil for none.
  init(
    loop: EventLoop, role: Role, name: String, service: String?, workers: Int = 1,
    recordsSpans: Bool = false, program: String? = nil,
    wrapper: [String],
    preload: String? = nil
  ) throws(LauncherError) {
    self.name = name
    self.service = service
    var fds: [Int32] = [0, 0]
    guard ctx_socket_pair(&fds) == 0 else {
      throw .spawn(name, errno: errno)
    }
    let (parentEnd, childEnd) = (fds[0], ChildProcess.moveHigh(fds[1]))
    guard ctx_pipe(&fds) == 0 else { throw ChildProcess.failure(name, closing: [parentEnd, childEnd]) }
    let (logRead, logWrite) = (fds[0], ChildProcess.moveHigh(fds[1]))
    memorySize = NodeMemory.size(workers: workers, withRings: recordsSpans && program == nil)
    let memory = role == .node ? ctx_memory_file(name, memorySize) : -1
    guard role != .node || memory >= 0 else {
      throw ChildProcess.failure(name, closing: [parentEnd, childEnd, logRead, logWrite])
    }
    let page = memory >= 0 ? ChildProcess.moveHigh(memory) : -1
    let mapped = page >= 0 ? ChildProcess.map(page, size: memorySize) : nil
    (pages, rings) = (mapped?.pages ?? [], mapped?.rings ?? [])
    guard role != .node || !pages.isEmpty else {
      throw ChildProcess.failure(name, closing: [parentEnd, childEnd, logRead, logWrite, page])
    }
    defer { for fd in [childEnd, logWrite, page] where fd >= 0 { Glibc.close(fd) } }

    let arguments =
      wrapper + [
        wrapper.isEmpty ? "ctxchain" : program ?? ChildProcess.resolvedProgram, role.rawValue, "--launcher",
        String(getpid()),
        "--name", name,
      ]
    let path = wrapper.first ?? program ?? ChildProcess.program
    switch ChildProcess.spawn(path, arguments, control: childEnd, log: logWrite, page: page, preload: preload) {
    case .success(let pid): self.pid = pid
    case .failure(let failure):
      for fd in [parentEnd, logRead] { Glibc.close(fd) }
      throw .spawn(name, errno: failure.errno)
    }
    control = LineChannel(loop: loop, fd: parentEnd, delegate: self)
    log = LineChannel(loop: loop, fd: logRead, delegate: self)
  }

  deinit { if let first = pages.first { munmap(first, memorySize) } }

  func send(_ message: some Encodable) { send(line: ControlCodec.encode(message)) }

  /// A message that was encoded before.
  func send(line: [UInt8]) { control.send(line) }

  /// CPU of all its threads in nanoseconds; 0 once it is gone.
  var cpuNanoseconds: Int64 { max(0, ctx_process_cpu_nanoseconds(pid)) }

  var isAlive: Bool { waitStatus == nil }

  /// From here on its end is expected.
  func willStop() { isStopping = true }

  /// A child whose channel closes ends.
  func hangUp() { control.close() }

  func signal(_ number: Int32) { if isAlive { kill(pid, number) } }

  /// Reaps the child when it has ended. True when it just did.
  func reap() -> Bool {
    guard isAlive else { return false }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return false }
    waitStatus = status
    didEnd?()
    return true
  }

  func close() {
    control.close()
    log.close()
    (didReceive, didLog, didEnd) = (nil, nil, nil)
  }

  var death: ChildDeath {
    let status = waitStatus ?? 0
    let number = status & 0x7f
    return ChildDeath(
      name: name, service: service, arm: arm, pid: pid, signal: number == 0 ? nil : number,
      exitCode: number == 0 ? (status >> 8) & 0xff : nil, lastLogLines: logLines,
      requestsLost: counters?.open ?? 0)
  }

  // MARK: Channels

  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    if channel === control {
      didReceive?(line)
    } else {
      if logLines.count == ChildProcess.logLineCountMax { logLines.removeFirst() }
      logLines.append(String(decoding: line, as: UTF8.self))
      didLog?(logLines.last!)
    }
  }

  func channelDidClose(_ channel: LineChannel) {}

  // MARK: Spawning

  private struct SpawnFailure: Error { let errno: Int32 }

  /// This very program, also when its file has been replaced meanwhile.
  private static let program = "/proc/self/exe"

  static var programFolder: String {
    let program = resolvedProgram
    return String(program[..<(program.lastIndex(of: "/") ?? program.endIndex)])
  }

  /// Its name, for a wrapper: there `/proc/self/exe` would be the wrapper itself.
  private static var resolvedProgram: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { path in
      let size = readlink(program, path.baseAddress!, path.count)
      return size > 0 ? String(decoding: UnsafeRawBufferPointer(path).prefix(size), as: UTF8.self) : program
    }
  }

  /// The error that stands in `errno`, with what was opened before it closed.
  private static func failure(_ name: String, closing fds: [Int32]) -> LauncherError {
    let error = errno
    for fd in fds { Glibc.close(fd) }
    return .spawn(name, errno: error)
  }

  /// Out of the way of the numbers that the child gets.
  private static func moveHigh(_ fd: Int32) -> Int32 {
    let moved = fcntl(fd, F_DUPFD_CLOEXEC, 64)
    guard moved >= 0 else { return fd }
    Glibc.close(fd)
    return moved
  }

  /// Counters are only read; who reads spans says so in their ring. Nil when that is not possible.
  private static func map(_ fd: Int32, size: Int) -> NodeMemory? {
    let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
    guard let address, address != MAP_FAILED else { return nil }
    return NodeMemory(at: address, size: size)
  }

  /// This process's own, and the library.
  private static func environment(preload: String?) -> [UnsafeMutablePointer<CChar>?] {
    var variables: [UnsafeMutablePointer<CChar>?] = []
    var next = environ
    while let variable = next.pointee {
      if preload == nil || strncmp(variable, "LD_PRELOAD=", 11) != 0 { variables.append(strdup(variable)) }
      next += 1
    }
    if let preload {
      variables.append(strdup("LD_PRELOAD=" + preload))
      // Counts repeat only where dictionaries keep one order.
      variables.append(strdup("SWIFT_DETERMINISTIC_HASHING=1"))
    }
    return variables + [nil]
  }

  /// Control channel on 3, counters on 4, log on 1 and 2, nothing on 0, everything else closed. A process group of its
  /// own: Ctrl-C goes to the launcher alone.
  private static func spawn(
    _ path: String, _ arguments: [String], control: Int32, log: Int32, page: Int32, preload: String?
  ) -> Result<pid_t, SpawnFailure> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, log, 1)
    posix_spawn_file_actions_adddup2(&actions, log, 2)
    posix_spawn_file_actions_adddup2(&actions, control, 3)
    if page >= 0 { posix_spawn_file_actions_adddup2(&actions, page, 4) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var variables = environment(preload: preload)
    defer { variables.forEach { free($0) } }
    var pid: pid_t = 0
    let error = posix_spawnp(&pid, path, &actions, &attributes, &words, &variables)
    return error == 0 ? .success(pid) : .failure(SpawnFailure(errno: error))
  }
}
