// The built program as a user runs it: spawned with its output in files, waited for, signalled. Without Foundation's
// Process, which leaks under LeakSanitizer.

import Foundation
import Testing

/// A run of `ctxchain`. Kills what is left when it goes away.
final class Program {
  static let folder = URL(filePath: try! FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    .deletingLastPathComponent()
  static let path = folder.appending(path: "ctxchain").path
  /// The checkout.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  let pid: pid_t
  let place: URL
  private var status: Int32?

  /// - Parameters:
  ///   - command: what is started: the program, or a shell that starts it.
  ///   - errorFD: its standard error; without it a file.
  init(_ arguments: [String], command: String = Program.path, errorFD: Int32? = nil) throws {
    place = FileManager.default.temporaryDirectory.appending(path: "ctxchain-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let errorFD { posix_spawn_file_actions_adddup2(&actions, errorFD, 2) }
    for (fd, name) in [(Int32(1), "out"), (2, "error")] where fd == 1 || errorFD == nil {
      posix_spawn_file_actions_addopen(
        &actions, fd, place.appending(path: name).path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    // In a working folder of its own: the results that it keeps go away with the test.
    let placed = ["env", "-C", place.path, command] + Program.briefly(arguments)
    var words: [UnsafeMutablePointer<CChar>?] = placed.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    // A test runner may have SIGINT ignored; the program must get what a shell would give it.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGINT)
    sigaddset(&defaults, SIGTERM)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var child: pid_t = 0
    let error = posix_spawn(&child, "/usr/bin/env", &actions, &attributes, &words, environ)
    try #require(error == 0, "cannot start \(command): \(String(cString: strerror(error)))")
    pid = child
  }

  /// A copy of the program at that path. Another process writes it: a child that a test starts meanwhile would have the
  /// file open for writing until it runs its own program, and nobody could run the copy ("Text file busy").
  static func copy(to path: String) throws {
    let copying = try Program([Program.path, path], command: "/bin/cp")
    try #require(try copying.wait() == 0, "\(copying.error)")
  }

  /// No test here is about how long a process set takes to become steady; on two cores with other tests that is long.
  private static func briefly(_ arguments: [String]) -> [String] {
    let warms = ["chain", "run", "compare"].contains(arguments.first ?? "")
    return warms && arguments.contains("--rounds") ? arguments + ["--warmup", "400ms"] : arguments
  }

  deinit {
    if status == nil {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    try? FileManager.default.removeItem(at: place)
  }

  var out: String { (try? String(contentsOf: place.appending(path: "out"), encoding: .utf8)) ?? "" }
  var error: String { (try? String(contentsOf: place.appending(path: "error"), encoding: .utf8)) ?? "" }

  func file(_ name: String) -> String { place.appending(path: name).path }

  func signal(_ number: Int32) { kill(pid, number) }

  /// Waits for the end and returns the exit code, or minus the signal.
  @discardableResult
  func wait(seconds: Double = 120) throws -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    try until("the end of ctxchain", seconds: seconds) { waitpid(pid, &raw, WNOHANG) == pid }
    let code = raw & 0x7f == 0 ? (raw >> 8) & 0xff : -(raw & 0x7f)
    status = code
    return code
  }

  /// Polls until `condition` holds.
  func until(_ what: String, seconds: Double = 30, _ condition: () -> Bool) throws {
    let end = Date().addingTimeInterval(seconds)
    while !condition() {
      guard Date() < end else { throw Timeout(what: what, output: out + error) }
      usleep(2000)
    }
  }

  /// Runs to the end and returns it.
  static func run(_ arguments: String...) throws -> (status: Int32, out: String, error: String) {
    try run(arguments)
  }

  static func run(_ arguments: [String]) throws -> (status: Int32, out: String, error: String) {
    let program = try Program(arguments)
    let status = try program.wait()
    return (status, program.out, program.error)
  }

  /// Processes that this run started and that are alive: their command line names it as the launcher. A zombie is not
  /// alive; where nobody reaps orphans it stays in the list of processes.
  var children: [ChildInfo] { ChildInfo.startedBy(launcher: pid) }

  /// Files of this run in shared temporary folders, beside its own output.
  static func descriptorCount(of pid: pid_t) -> Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []).count
  }
}

struct Timeout: Error, CustomStringConvertible {
  let what: String
  let output: String

  var description: String { "waited in vain for \(what); the program said:\n\(output)" }
}

struct ChildInfo: Equatable {
  let pid: pid_t
  let name: String

  /// Where it accepts connections.
  var listeningPort: UInt16? {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
    let targets = Set(
      files.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)") })
    let sockets = (try? String(contentsOfFile: "/proc/\(pid)/net/tcp", encoding: .utf8)) ?? ""
    for line in sockets.split(separator: "\n") {
      let words = line.split(separator: " ")
      // 0A: listening.
      guard words.count > 9, words[3] == "0A", targets.contains("socket:[\(words[9])]") else { continue }
      return words[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
    }
    return nil
  }

  /// Bytes that it has read so far, sockets included.
  var bytesRead: Int {
    let counts = (try? String(contentsOfFile: "/proc/\(pid)/io", encoding: .utf8)) ?? ""
    return counts.split(separator: "\n").first?.split(separator: " ").last.flatMap { Int($0) } ?? 0
  }

  static func startedBy(launcher: pid_t) -> [ChildInfo] {
    let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    return numbers.compactMap { pid in
      guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
      let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      guard let mark = words.firstIndex(of: "--launcher"), words.count > mark + 3, words[mark + 1] == "\(launcher)"
      else {
        return nil
      }
      let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
      return status.contains("State:\tZ") || status.isEmpty ? nil : ChildInfo(pid: pid, name: words[mark + 3])
    }
  }
}
