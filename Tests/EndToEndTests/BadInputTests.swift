// Wrong input gets one clear line and the right status, and loses nothing.

import Foundation
import Testing

@Suite("Bad input")
struct BadInputTests {
  private func expectOneLine(
    _ run: (status: Int32, out: String, error: String), status: Int32, contains parts: [String],
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == status, "\(run.error)", sourceLocation: location)
    let first = run.error.split(separator: "\n").first.map(String.init) ?? ""
    for part in parts { #expect(first.contains(part), "\(run.error)", sourceLocation: location) }
  }

  @Test("The longest budget leads to 1000 rounds, as many as --rounds may ask for")
  func longestBudget() throws {
    let program = try Program(["chain", "-n", "1", "--strategies", "baseline", "--budget", "24h"])
    try program.until("the first round") { program.error.contains("\nround 1 of ") }
    #expect(program.error.contains("\nround 1 of 1000 done"))
    program.signal(SIGINT)
    #expect(try program.wait() == 130)
  }

  @Test("A cycle without a bound is refused; with max-depth it runs and ends")
  func cycles() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "cycle-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    let services = "services:\n  - {name: a, script: [{call: b}]}\n  - {name: b, script: [{call: a}]}\n"
    try ("version: 1\nentry: a\n" + services).write(to: file, atomically: true, encoding: .utf8)
    expectOneLine(try Program.run("validate", file.path), status: 2, contains: ["a", "b"])
    try ("version: 1\nentry: a\nmax-depth: 5\n" + services).write(to: file, atomically: true, encoding: .utf8)
    let run = try Program.run("run", file.path, "--rounds", "1", "--strategies", "packed")
    #expect(run.status == 0, "\(run.error)")
  }

  @Test("An edge that drops its context is a mismatch that names the edge, with status 1")
  func droppedContext() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "drops-\(UUID().uuidString).yaml")
    try """
    version: 1
    entry: a
    defaults: {strategy: packed}
    services:
      - {name: a, script: [{call: b}]}
      - {name: b, script: [{call: {service: c, drops-context: true}}]}
      - {name: c}
    """.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let json = file.path + ".json"
    defer { try? FileManager.default.removeItem(atPath: json) }
    let run = try Program.run("run", file.path, "--rounds", "1", "--json", json)
    #expect(run.status == 1)
    let complaints = run.error.split(separator: "\n").filter { $0.hasPrefix("ctxchain: ") }
    #expect(complaints == ["ctxchain: as-written did not carry the context as declared: first at b → c"])
    let written = try #require(
      try ResultDocument(path: json).list("fidelity").first { $0["arm"] as? String == "as-written" })
    #expect(written["verdict"] as? String == "mismatch")
    #expect(written["firstDifferingEdge"] as? String == "b → c")
  }

  @Test("Bytes that are no message close their connection, are counted by reason, and disturb nobody")
  func hostileBytes() throws {
    let up = try Program(["up", Program.root.appending(path: "topologies/chain-1.yaml").path])
    try up.until("the address") { up.out.contains("\n") }
    let address = try #require(up.out.split(separator: "\n").first?.split(separator: " ").last)
    let port = try #require(UInt16(address.split(separator: ":").last!))
    let hostile: [[UInt8]] = [
      Array("GET / HTTP/1.1\r\n\r\n".utf8), [0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4], Array(repeating: 0, count: 64),
      [28, 0, 0, 0, 9] + Array(repeating: 0, count: 27), (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 131) },
    ]
    for bytes in hostile {
      #expect(try RawConnection(port: port).sendAndAwaitClose(bytes), "the node kept a connection open")
    }
    let load = try Program.run("load", String(address), "-n", "100")
    #expect(load.status == 0, "\(load.error)")
    up.signal(SIGINT)
    #expect(try up.wait() == 130)
    let last = up.error.split(separator: "\n").last
    #expect(
      last == "closed 5 connections of s1: 1 tooShort, 1 unknownType, 2 malformedStartLine, 1 wrongHost", "\(up.error)")
  }

  @Test("A run tells which connections its nodes closed, by node and reason, in its answer and its JSON")
  func closedInARun() throws {
    let program = try Program([
      "chain", "-n", "2", "--strategies", "packed", "--rounds", "9", "--json", "-",
    ])
    // These processes stay until the rounds begin, which have others.
    try program.until("the nodes") { program.error.contains("checked what arrives") }
    let node = try #require(program.children.first { $0.name == "s2" })
    let port = try #require(node.listeningPort)
    for bytes in [[UInt8]](repeating: Array(repeating: 0, count: 64), count: 2) + [[0xff, 0xff, 0xff, 0xff]] {
      #expect(try RawConnection(port: port).sendAndAwaitClose(bytes))
    }
    try program.until("the rounds") { program.error.contains("open-loop rate") }
    program.signal(SIGINT)
    #expect(try program.wait() == 130)
    // Wrapped, wherever lines end.
    let answer = program.error.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(
      answer.contains("Closed 3 connections of s2 under packed: 2 tooShort, 1 malformedStartLine."), "\(program.error)")
    #expect(answer.contains("Interrupted after 0 of 9 rounds."), "\(program.error)")
    let closed = try ResultDocument(path: program.file("out")).list("closedConnections")
    #expect(closed.map { $0["reason"] as? String } == ["tooShort", "malformedStartLine"])
    #expect(closed.map { $0["connections"] as? Int } == [2, 1])
    #expect(closed.allSatisfy { $0["arm"] as? String == "packed" && $0["service"] as? String == "s2" })
  }
}

/// A TCP connection with no manners.
struct RawConnection {
  let fd: Int32

  init(port: UInt16) throws {
    fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  /// True when the peer closed the connection after these bytes.
  func sendAndAwaitClose(_ bytes: [UInt8]) -> Bool {
    defer { close(fd) }
    _ = send(fd, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var answer = [UInt8](repeating: 0, count: 1024)
    while true {
      let size = recv(fd, &answer, answer.count, 0)
      if size == 0 || (size < 0 && errno == ECONNRESET) { return true }
      if size < 0 { return false }
    }
  }
}
