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

  @Test(
    "A wrong argument is refused with status 2, naming the option and the range",
    arguments: [
      (["chain", "-n", "0"], ["1 to 64", "got 0"]), (["chain", "-n", "65"], ["1 to 64", "got 65"]),
      (["chain", "-n", "x"], ["-n"]), (["chain"], ["ctxchain chain: ", "--depth"]),
      (["chain", "-n", "2", "--slot", "5ms"], ["--slot", "250ms"]),
      (["chain", "-n", "2", "--rounds", "0"], ["--rounds"]),
      (["chain", "-n", "2", "--depths", "3"], ["--depths", "3"]),
      (["chain", "-n", "2", "--depths", "1,,2"], ["--depths"]),
      (["chain", "-n", "2", "--strategies", "pakced"], ["--strategies", "pakced"]),
      (["chain", "-n", "2", "--strategies", "packed,packed"], ["twice"]),
      (["chain", "-n", "2", "--placement", "mars"], ["--placement", "mars"]),
      (["chain", "-n", "2", "--keys-per-layer", "65"], ["--keys-per-layer"]),
      (["chain", "-n", "2", "--in-flight", "0"], ["--in-flight"]), (["chain", "-n", "2", "--rate", "0"], ["--rate"]),
      (["chain", "-n", "2", "--size", "-1"], ["size"]), (["load", "localhost"], ["HOST:PORT"]),
      (["load", "127.0.0.1:0"], ["HOST:PORT"]), (["load", "127.0.0.1:80", "--propagator", "b4"], ["b4"]),
      (["load", "127.0.0.1:80", "--hops", "0"], ["--hops"]),
      (["load", "127.0.0.1:80", "--timeout", "0s"], ["--timeout"]),
      (["load", "127.0.0.1:80", "--timeout", "99999999999999m"], ["--timeout"]),
      (["load", "127.0.0.1:80", "--drain", "99999999999999m"], ["--drain"]),
      (["chain", "-n", "2", "--drain", "99999999999999m"], ["--drain"]),
      (["chain", "-n", "2", "--budget", "99999999999999m"], ["--budget"]),
      (["chain", "-n", "3", "--budget", "1e30s", "--strategies", "baseline"], ["--budget", "0s to 24h", "1e30s"]),
      (["chain", "-n", "2", "--budget", "25h"], ["--budget", "0s to 24h", "25h"]),
      (["chain", "-n", "2", "--drain", "1e12s"], ["--drain", "0s to 1h", "1e12s"]),
      (["chain", "-n", "2", "--slot", "1e300m"], ["--slot", "250ms to 10m", "1e300m"]),
      (["chain", "-n", "2", "--timeout", "1e308h"], ["--timeout"]),
      (["chain", "-n", "2", "--timeout", "nans"], ["--timeout"]),
      (["chain", "-n", "2", "--preset", "fast"], ["--preset", "quick, standard or publish", "fast"]),
      (["chain", "-n", "2", "--preset", "quick", "--rounds", "3"], ["--preset", "--rounds"]),
      (["chain", "-n", "2", "--preset", "quick", "--budget", "9s"], ["--preset", "--budget"]),
      (["chain", "-n", "2", "--concurrency", "64,8x9"], ["--concurrency", "\"8x9\""]),
      (["chain", "-n", "2", "--concurrency", "1,1x1"], ["--concurrency", "\"1x1\" is named twice"]),
      (["calibrate", "--pairs", "0"], ["--pairs", "1 to 10000", "0"]),
      (["calibrate", "--rounds", "5"], ["--rounds", "6 to 1000", "5"]),
      (["calibrate", "--slot", "10ms"], ["--slot", "250ms to 10m", "10ms"]),
      (["chain", "-n", "2", "--rounds", "1001"], ["--rounds", "1 to 1000", "1001"]),
      (["chain", "-n", "2", "--rate", "1e300"], ["--rate", "0.1 to 10000000", "1e+300"]),
      (["chain", "-n", "2", "--rate", "nan"], ["--rate", "0.1 to 10000000", "nan"]),
      (["run", "topologies/chain-1.yaml", "--timeout", "1e30s"], ["--timeout", "1us to 1h", "1e30s"]),
      (["load", "127.0.0.1:80", "--timeout", "1e30s"], ["--timeout", "1us to 1h", "1e30s"]),
      (["load", "127.0.0.1:80", "--drain", "1e12s"], ["--drain", "0s to 1h", "1e12s"]),
      (["load", "127.0.0.1:80", "--duration", "1e30s"], ["--duration", "100ms to 24h", "1e30s"]),
      (["load", "127.0.0.1:80", "--requests", "9000000000000000000"], ["--requests", "1 to 1000000000"]),
      (["load", "127.0.0.1:80", "--connections", "1025"], ["--connections", "1 to 1024", "1025"]),
      (["chain", "-n", "2", "--opaque-size", "65537"], ["--opaque-size", "0 to 65536", "65537"]),
      (["chain", "-n", "2", "--opaque-size=-1"], ["--opaque-size", "-1"]),
      (["chain", "-n", "64", "--opaque-size", "65536"], ["--opaque-size", "at most 49152"]),
      (["chain", "-n", "2", "--strategies", "packed", "--opaque-size", "9"], ["--opaque-size", "opaque"]),
      (["load", "127.0.0.1:80", "--opaque-size", "9"], ["--opaque-size", "opaque"]),
      (["frobnicate"], ["unknown command \"frobnicate\"", "known: chain"]),
      (["chian", "-n", "3"], ["unknown command \"chian\"; did you mean \"chain\"?"]),
      (["lab", "raec", "--writers", "2"], ["ctxchain lab: ", "did you mean \"race\"?"]),
      (["load", "127.0.0.1:80", "--duration", "5"], ["--duration", "'5'", "such as 250ms", "units: ns, us"]),
      (["load", "127.0.0.1:80", "--deadline", "5"], ["--deadline", "such as 250ms"]),
      (["load", "127.0.0.1:80", "--rate", "1k"], ["--rate", "'1k'", "a number without a unit"]),
      (["load", "127.0.0.1:80", "--in-flight", "many"], ["--in-flight", "a whole number"]),
      (["load", "127.0.0.1:80", "--seed", "9007199254740992"], ["--seed", "0 to 9007199254740991"]),
      (["compare", "packed", "map", "--seed", "x"], ["--seed", "0 to 9007199254740991"]),
      (["load", "127.0.0.1:80", "--size", "4Kib"], ["--size", "512 or 4KiB", "units: B, kB, KiB"]),
      (["chain", "-n", "2", "--warmup", "5"], ["--warmup", "auto, or a duration"]),
      (["compare", "packed,size=4Kib", "map"], ["size", "512 or 4KiB"]),
      // What is right before the complaint.
      (
        ["chain", "-n", "2", "--strategies", "packed, map", "--size", "4KiB", "--opaque-size", "9B"],
        ["--opaque-size", "opaque"]
      ),
      (["capacity", "-n", "65", "--slo", "p95=5ms, p99.5=9ms"], ["--depth"]),
      (["capacity", "-n", "1", "--slo", "p100=5ms"], ["--slo", "p99.999", "p100=5ms"]),
      (["up"], ["file"]), (["node", "--config", "/nonexistent"], ["/nonexistent"]),
    ])
  func wrongArgument(arguments: [String], parts: [String]) throws {
    let program = try Program(arguments)
    let status = try program.wait()
    #expect(status == 2, "\(program.error)")
    #expect(program.out.isEmpty)
    #expect(program.error.hasPrefix("ctxchain") && program.error.hasSuffix("\n"), "\(program.error)")
    #expect(program.error.split(separator: "\n").count == 1, "\(program.error)")
    for part in parts { #expect(program.error.contains(part), "\(program.error)") }
  }

  @Test("The longest budget leads to 1000 rounds, as many as --rounds may ask for")
  func longestBudget() throws {
    let program = try Program(["chain", "-n", "1", "--strategies", "baseline", "--budget", "24h"])
    try program.until("the first round") { program.error.contains("\nround 1 of ") }
    #expect(program.error.contains("\nround 1 of 1000 done"))
    program.signal(SIGINT)
    #expect(try program.wait() == 130)
  }

  @Test(
    "A wrong topology is refused with status 2 and file, line and column",
    arguments: [
      ("version: 1\nentry: a\nservices: [", ":4:1: not valid YAML"),
      ("version: 1\nentry: a\nservcies: []\n", "services"),
      ("version: 1\nentry: a\nservices:\n  - {name: a}\n  - {name: a}\n", "duplicate"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, script: [{call: b}]}\n", ":4:"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, script: [{call: a}]}\n", "a"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, response-size: -1B}\n", ":4:"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, response-size: 900GiB}\n", ":4:"), ("", "empty"),
      ("version: 1\nentry: a\nservices:\n  - {name: a, script: [{set: {user: bob}}]}\n", "user holds an integer"),
    ])
  func wrongTopology(text: String, part: String) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "wrong-\(UUID().uuidString).yaml")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    for command in ["validate", "run", "up"] {
      let run = try Program.run(command, file.path)
      expectOneLine(run, status: 2, contains: [file.path, part])
      #expect(run.error.split(separator: "\n").count == 1)
    }
  }

  @Test("Standard input is read where a file is, and a closed standard output is an error that says so")
  func standardDescriptors() throws {
    func shell(_ line: String) throws -> Program {
      try Program(["-c", line, Program.path, Program.root.path], command: "/bin/sh")
    }
    let read = try shell("exec \"$0\" validate - < \"$1/topologies/chain-1.yaml\"")
    #expect(try read.wait() == 0, "\(read.error)")
    let wrong = try shell("echo 'version: 7' | \"$0\" validate -")
    #expect(try wrong.wait() == 2)
    #expect(wrong.error.contains("-:1:"), "\(wrong.error)")
    let empty = try shell("exec \"$0\" report - --output /nonexistent < /dev/null")
    #expect(try empty.wait() == 2, "\(empty.error)")
    let closed = try shell("exec \"$0\" validate \"$1/topologies/chain-1.yaml\" >&-")
    #expect(try closed.wait() == 1)
    #expect(closed.error.hasPrefix("ctxchain: cannot write standard output: Bad file descriptor"), "\(closed.error)")
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

  @Test("Bytes that are no frame close their connection, are counted by reason, and disturb nobody")
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
    #expect(last == "closed 5 connections of s1: 1 tooShort, 3 tooLarge, 1 unknownType", "\(up.error)")
  }

  @Test("A run tells which connections its nodes closed, by node and reason, in its header and its JSON")
  func closedInARun() throws {
    let program = try Program([
      "chain", "-n", "2", "--strategies", "packed", "--rounds", "9", "--json", "-",
    ])
    try program.until("the rounds") { program.error.contains("open-loop rate") }
    let node = try #require(program.children.first { $0.name == "s2" })
    let port = try #require(node.listeningPort)
    for bytes in [[UInt8]](repeating: Array(repeating: 0, count: 64), count: 2) + [Array("GET / HTTP/1.1\r\n".utf8)] {
      #expect(try RawConnection(port: port).sendAndAwaitClose(bytes))
    }
    program.signal(SIGINT)
    #expect(try program.wait() == 130)
    #expect(program.error.contains("\nclosed      3 connections of s2 under packed: 2 tooShort, 1 tooLarge\n"))
    let closed = try ResultDocument(path: program.file("out")).list("closedConnections")
    #expect(closed.map { $0["reason"] as? String } == ["tooShort", "tooLarge"])
    #expect(closed.map { $0["connections"] as? Int } == [2, 1])
    #expect(closed.allSatisfy { $0["arm"] as? String == "packed" && $0["service"] as? String == "s2" })
    #expect(program.error.contains("a part of one round"))
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
