// A deadline from the client to the last node and back: what times out is counted, cancelled everywhere, and forgotten.

import Foundation
import Testing

@Suite("Deadlines")
struct DeadlineTests {
  /// Three services, the last of which sleeps for longer than any test.
  private func slowChain() throws -> (up: Program, address: String) {
    let file = FileManager.default.temporaryDirectory.appending(path: "slow-\(UUID().uuidString).yaml")
    try """
    version: 1
    entry: a
    defaults: {strategy: packed}
    services:
      - {name: a, script: [{call: b}]}
      - {name: b, script: [{call: c}]}
      - {name: c, script: [{sleep: 20m}]}
    """.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let up = try Program(["up", file.path])
    try up.until("the address") { up.out.contains("\n") }
    let address = try #require(up.out.split(separator: "\n").first?.split(separator: " ").last)
    #expect(up.children.count == 3)
    return (up, String(address))
  }

  @Test("What times out at the client is counted, and forgotten by every node", arguments: [[], ["-R", "400"]])
  func timeout(mode: [String]) throws {
    let (up, address) = try slowChain()
    let json = up.file("load.json")
    let arguments = ["--in-flight", "8", "--timeout", "60ms", "--json", json] + mode
    let load = try Program.run(["load", address, "--propagator", "packed", "-n", "60"] + arguments)
    #expect(load.status == 1, "\(load.error)")
    let trial = try #require(try ResultDocument(path: json).root["trial"] as? [String: Any])
    let ledger = try #require(trial["ledger"] as? [String: Int])
    // Also where a node's clock ran out first, and it answered DEADLINE_EXCEEDED.
    #expect(
      ledger == ["planned": 60, "completed": 0, "failed": 0, "timedOut": 60, "shed": 0, "censored": 0], "\(ledger)")
    #expect(load.out.contains("60 planned = 0 completed + "))
    for node in up.children {
      try up.until("\(node.name) to forget its requests") { (try? NodeCounters(pid: node.pid))?.open == 0 }
      // Each ended by the cancel or by the deadline that it carried, whichever came first; none was answered.
      let counters = try NodeCounters(pid: node.pid)
      #expect(counters.deliveries > 0 && counters.responses == 0)
      #expect(counters.cancelled + counters.deadlineExceeded == counters.deliveries)
    }
    // The nodes are well: what does not reach the service that sleeps is answered.
    let after = try Program.run(["load", address, "--propagator", "packed", "-n", "50", "--hops", "2"])
    #expect(after.status == 0, "\(after.error)")
  }

  @Test("When the client leaves, its cancels reach the last node, long before any deadline")
  func cancel() throws {
    let (up, address) = try slowChain()
    let load = try Program([
      "load", address, "--propagator", "packed", "-n", "20", "--in-flight", "20", "--timeout", "3600s",
    ])
    let last = try #require(up.children.first { $0.name == "c" })
    try up.until("the requests to arrive") { (try? NodeCounters(pid: last.pid))?.open == 20 }
    load.signal(SIGKILL)
    for node in up.children {
      try up.until("\(node.name) to forget its requests") { (try? NodeCounters(pid: node.pid))?.open == 0 }
      let counters = try NodeCounters(pid: node.pid)
      #expect(counters.cancelled == 20 && counters.deliveries == 20 && counters.deadlineExceeded == 0)
    }
  }
}

/// What a node counts, from the memory that it shares with its launcher.
struct NodeCounters {
  private static let wordCount = 61
  private let words: [UInt64]

  /// In the order of `CounterPage`.
  var deliveries: UInt64 { words[0] }
  var responses: UInt64 { words[1] }
  var cancelled: UInt64 { words[3] }
  var deadlineExceeded: UInt64 { words[4] }
  var errors: UInt64 { words[2] }
  var lateReplies: UInt64 { words[7] }
  var open: UInt64 { deliveries &- responses &- errors &- cancelled }
  var abandoned: UInt64 { words[46] }
  /// Slices of work, sleeps and calls of requests that had been given up.
  var late: [UInt64] { Array(words[47...49]) }
  var stopNanosecondsMax: UInt64 { words[50] }
  /// In the order of the reasons: missing, malformed, repeated, rejected field.
  var refusals: [UInt64] { Array(words[51...54]) }

  init(pid: pid_t) throws {
    let data = try #require(FileManager.default.contents(atPath: "/proc/\(pid)/fd/4"))
    words = data.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self).prefix(NodeCounters.wordCount)) }
    try #require(words.count == NodeCounters.wordCount)
  }
}
