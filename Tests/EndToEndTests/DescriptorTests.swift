// Processes that run out of descriptors, and entries that are none.

import Foundation
import Glibc
import Testing

@Suite("Descriptors")
struct DescriptorTests {
  /// `up` of one service under limits of descriptors, set by a shell; the entry's port once it runs.
  private func up(_ limits: String) throws -> (program: Program, port: UInt16) {
    let file = FileManager.default.temporaryDirectory.appending(path: "descriptors-\(UUID().uuidString).yaml")
    try "version: 1\nentry: a\nservices:\n  - {name: a, script: []}\n".write(
      to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let program = try Program(
      ["-c", "\(limits); exec '\(Program.path)' up '\(file.path)'"], command: "/bin/bash")
    try program.until("the address") { program.out.contains("\n") }
    return (program, try #require(program.out.split(whereSeparator: " :\n".contains).last.flatMap { UInt16($0) }))
  }

  private func connect(to port: UInt16) throws -> Int32 {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
    return fd
  }

  @Test("A node without descriptors says so once, and serves again when there are some")
  func exhausted() throws {
    let (program, port) = try up("ulimit -n 48")
    let fds = try (0..<80).map { _ in try connect(to: port) }
    try program.until("the node's word") { program.error.contains("Too many open files") }
    fds.forEach { close($0) }
    let load = try Program.run(["load", "127.0.0.1:\(port)", "--hops", "1", "-n", "5", "--rate", "1000"])
    #expect(load.status == 0, "\(load.error)")
    program.signal(SIGINT)
    #expect(try program.wait() == 130)
    #expect(program.error.matches(of: /Too many open files/).count == 1, "\(program.error)")
  }

  @Test("The soft limit of every process is the hard one")
  func limits() throws {
    let (program, _) = try up("ulimit -Sn 48")
    for pid in [program.pid] + program.children.map(\.pid) {
      let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
      let match = try #require(limits.firstMatch(of: /Max open files +(\d+) +(\d+)/))
      #expect(match.1 == match.2)
    }
    program.signal(SIGINT)
    #expect(try program.wait() == 130)
  }

  @Test("An entry that accepts and says nothing is blamed, and not the client")
  func silentEntry() throws {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(fd) }
    #expect(listen(fd, 5) == 0)
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &size) }
    }
    let load = try Program.run(["load", "127.0.0.1:\(UInt16(bigEndian: address.sin_port))", "--hops", "1", "-n", "1"])
    #expect(load.status == 1)
    #expect(load.error.contains("the entry accepted the connection and said no hello"), "\(load.error)")
  }
}
