// Nodes of several workers in real runs: who gets the requests, what is counted, and how they end.

import Foundation
import Testing

@Suite("Workers")
struct WorkerTests {
  private func file(_ text: String) throws -> URL {
    let file = FileManager.default.temporaryDirectory.appending(path: "workers-\(UUID().uuidString).yaml")
    try text.write(to: file, atomically: true, encoding: .utf8)
    return file
  }

  private func topology(workers: Int, store: String) -> String {
    """
    version: 1
    entry: gateway
    defaults: {store: value-chain, propagator: "tracecontext,baggage"}
    services:
      - {name: gateway, script: [{call: sessions}]}
      - {name: sessions, workers: \(workers), store: \(store), script: [{call: last}]}
      - {name: last}
    """
  }

  private func run(_ text: String) throws -> ResultDocument {
    let file = try file(text)
    let json = file.path + ".json"
    defer {
      try? FileManager.default.removeItem(at: file)
      try? FileManager.default.removeItem(atPath: json)
    }
    let program = try Program([
      "run", file.path, "--rounds", "1", "--passes", "fidelity,counting", "--placement", "free", "--json", json,
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    #expect(program.children.isEmpty)
    return try ResultDocument(path: json)
  }

  /// Of the service as the file says it.
  private func counts(_ document: ResultDocument, _ service: String) throws -> [String: Any] {
    let pass = try #require(document.list("counts").first { $0["arm"] as? String == "as-written" })
    return try #require((pass["nodes"] as? [[String: Any]])?.first { $0["service"] as? String == service })
  }

  @Test(
    "Every worker gets its share, contexts arrive whole, and ledgers balance",
    arguments: [(2, "locked-map"), (2, "rw-locked-map"), (2, "sharded-map"), (2, "copy-on-write-map"), (3, "packed")])
  func shares(workers: Int, store: String) throws {
    let document = try run(topology(workers: workers, store: store))
    let entries = document.list("workerDeliveries")
    #expect(!entries.isEmpty)
    for entry in entries {
      #expect(entry["service"] as? String == "sessions")
      let deliveries = try #require(entry["deliveries"] as? [Int])
      #expect(deliveries.count == workers)
      let all = deliveries.reduce(0, +)
      for share in deliveries { #expect(share * 10 >= all, "\(deliveries)") }
    }
    try document.expectBalancedLedgers()
    let fidelity = try #require(document.list("fidelity").first { $0["arm"] as? String == "as-written" })
    #expect(fidelity["verdict"] as? String == "faithful")
    #expect(try counts(document, "sessions")["deliveriesPerRequest"] as? Double == 1)
  }

  @Test("Allocations are counted as exactly as with one worker", arguments: ["value-chain", "locked-map"])
  func exactCounts(store: String) throws {
    let one = try counts(try run(topology(workers: 1, store: store)), "sessions")
    let two = try counts(try run(topology(workers: 2, store: store)), "sessions")
    for key in ["allocationsPerRequest", "allocatedBytesPerRequest", "contextBytesInPerDelivery"] {
      #expect(one[key] as? Double == two[key] as? Double, "\(key): \(one[key] ?? "–") and \(two[key] ?? "–")")
    }
  }

  @Test("A node of several workers has a thread for each, dies as a whole, and is named with what it took with it")
  func death() throws {
    let file = try file(topology(workers: 3, store: "sharded-map"))
    defer { try? FileManager.default.removeItem(at: file) }
    let program = try Program(["up", file.path])
    try program.until("the address") { program.out.contains("\n") }
    let node = try #require(program.children.first { $0.name == "sessions" })
    let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(node.pid)/task")
    #expect(threads.count == 4)
    let names = threads.compactMap { try? String(contentsOfFile: "/proc/\(node.pid)/task/\($0)/comm", encoding: .utf8) }
    #expect(Set(names) == ["sessions\n", "sessions/0\n", "sessions/1\n", "sessions/2\n"])
    kill(node.pid, SIGKILL)
    #expect(try program.wait(seconds: 30) == 1)
    #expect(program.error.contains("sessions (pid \(node.pid)) was killed by signal 9"), "\(program.error)")
    try program.until("the children's end", seconds: 10) { program.children.isEmpty }
  }

  @Test("A signal ends a topology with workers without a process left")
  func stop() throws {
    let file = try file(topology(workers: 2, store: "copy-on-write-map"))
    defer { try? FileManager.default.removeItem(at: file) }
    let program = try Program(["up", file.path])
    try program.until("the address") { program.out.contains("\n") }
    program.signal(SIGTERM)
    #expect(try program.wait(seconds: 30) == 143)
    #expect(program.children.isEmpty)
  }

  @Test("A node from a file runs its workers too, and ends with status 0 when SIGTERM finds nothing left to answer")
  func standalone() throws {
    let file = try file(
      """
      {"callees": [], "configuration": {"host": "127.0.0.1", "port": 0, "layer": 1, "replica": 0, "seed": 1,
        "service": {"name": "a", "replicas": 1, "workers": 2, "strategy": "custom", "store": "sharded-map",
          "contextWork": true, "keysPerLayer": 3, "growth": "shadow", "responseSize": 128, "errorRate": 0,
          "script": [], "writes": {"writes": 1, "reads": 1}}}}
      """)
    defer { try? FileManager.default.removeItem(at: file) }
    let program = try Program(["node", "--config", file.path])
    try program.until("the address or the error") { program.out.contains("\n") || program.error.contains("\n") }
    let address = try #require(program.out.split(separator: "\n").first?.split(separator: " ").last, "\(program.error)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.pid)/task").count == 3)
    let load = try Program.run("load", String(address), "--propagator", "json-map", "-n", "200", "--hops", "1")
    #expect(load.status == 0, "\(load.error)")
    program.signal(SIGTERM)
    #expect(try program.wait() == 0)
  }
}

@Suite("An arm of a store and a propagator")
struct StoreAndPropagatorTests {
  @Test("runs as a preset does, with several propagators behind further pluses")
  func pair() throws {
    let program = try Program([
      "chain", "-n", "2", "--depths", "2", "--strategies", "baseline,sharded-map+tracecontext+baggage", "--rounds", "1",
      "--passes", "fidelity",
      "--json", "-",
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try ResultDocument(path: program.file("out"))
    let arm = try #require(document.list("arms").first { ($0["name"] as? String)?.hasPrefix("sharded") == true })
    #expect(arm["store"] as? String == "sharded-map" && arm["propagator"] as? String == "tracecontext,baggage")
    let fidelity = try #require(document.list("fidelity").first { $0["arm"] as? String == arm["name"] as? String })
    #expect(fidelity["verdict"] as? String == "faithful")
  }
}
