// A node whose callee is a name of several replicas, as in a cluster: names that nobody knows yet, replicas that come, go and come
// again elsewhere. The names are those of a hosts file of the test's own, in a mount namespace.

import Foundation
import Testing

/// What it takes to have such a file.
private let canMount =
  (try? Program(["-m", "true"], command: "/usr/bin/unshare")).flatMap { try? $0.wait() } == 0

@Suite(
  "A node whose callee is a name", .enabled(if: canMount && exists(curl), "no mount namespace may be made, or no curl"))
struct NodeNameTests {
  private let place = FileManager.default.temporaryDirectory.appending(path: "names-\(UUID().uuidString)").path
  private let port: UInt16

  init() throws {
    port = try LocalPort.free()
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try "multi on\n".write(toFile: place + "/host.conf", atomically: true, encoding: .utf8)
    try name([])
  }

  /// Where the name leads from now on.
  private func name(_ addresses: [String]) throws {
    let lines = ["127.0.0.1 localhost"] + addresses.map { "\($0) b.test" }
    // In place: it is mounted.
    try (lines.joined(separator: "\n") + "\n").write(toFile: place + "/hosts", atomically: false, encoding: .utf8)
  }

  private func node(_ name: String, host: String, port: UInt16, script: String, callees: String) throws -> Program {
    let file = "\(place)/\(name)-\(host).json"
    try """
    {"callees": [\(callees)], "configuration": {"host": "\(host)", "port": \(port), "layer": 1, "replica": 0, "seed": 1,
      "service": {"name": "\(name)", "replicas": 1, "workers": 1, "strategy": "packed", "store": "packed",
        "contextWork": true, "keysPerLayer": 3, "growth": "shadow", "responseSize": 128, "errorRate": 0,
        "script": [\(script)]}}}
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let mounts = ["hosts", "host.conf"].map { "mount --bind '\(place)/\($0)' /etc/\($0)" }.joined(separator: " && ")
    let program = try Program(
      ["-m", "sh", "-c", "\(mounts) && exec '\(Program.path)' node --config '\(file)' --metrics 0"],
      command: "/usr/bin/unshare")
    try program.until("the address") { program.out.contains("\n") }
    return program
  }

  private func replica(_ host: String) throws -> Program {
    try node("b", host: host, port: port, script: "", callees: "")
  }

  private func readiness(_ url: String) throws -> String {
    let run = try Program(["-s", "--max-time", "30", url.replacing("/metrics", with: "/ready")], command: curl)
    _ = try run.wait()
    return run.out
  }

  @Test("waits until it leads to every replica, serves meanwhile, and finds one that comes back elsewhere")
  func replicas() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let call = """
      {"call": {"service": 1, "payloadSize": 128, "timeoutNanoseconds": 0, "probability": 1, "retries": 0,
        "propagator": "packed", "transport": "frame", "dropsContext": false}}
      """
    let caller = try node(
      "a", host: "127.0.0.1", port: 0, script: call,
      callees: """
        {"service": 1, "name": "b", "replicas": 2, "addresses": [{"host": "b.test", "port": \(port)}]}
        """)
    let url = try caller.metricsURL()
    let address = try #require(caller.out.split(separator: "\n").first?.split(separator: " ").last.map(String.init))
    func load() throws {
      let run = try Program.run("load", address, "--propagator", "packed", "-n", "200", "--hops", "2")
      #expect(run.status == 0, "\(run.error)")
    }
    func becomes(_ text: String) throws {
      try caller.until(text, seconds: 60) { (try? readiness(url)) == text + "\n" }
    }
    #expect(try readiness(url) == "0 of 1 edges are connected\n")

    let first = try replica("127.0.0.11")
    try name(["127.0.0.11"])
    let firstURL = try first.metricsURL()
    try first.until("a call of what is not ready", seconds: 60) {
      _ = try? Program.run("load", address, "--propagator", "packed", "-n", "1", "--hops", "2")
      return (try? Scrape.of(firstURL))?.sum("ctxchain_deliveries_total") ?? 0 > 0
    }
    #expect(try readiness(url) == "0 of 1 edges are connected\n")

    let second = try replica("127.0.0.12")
    try name(["127.0.0.12", "127.0.0.11"])
    try becomes("ready")
    try load()
    let secondURL = try second.metricsURL()
    #expect(try #require(try Scrape.of(secondURL)).sum("ctxchain_deliveries_total") == 100)

    first.signal(SIGTERM)
    #expect(try first.wait() == 0)
    try becomes("0 of 1 edges are connected")
    let third = try replica("127.0.0.13")
    try name(["127.0.0.13", "127.0.0.12"])
    try becomes("ready")
    try load()
    let thirdURL = try third.metricsURL()
    #expect(try #require(try Scrape.of(thirdURL)).sum("ctxchain_deliveries_total") == 100)
    caller.signal(SIGTERM)
    #expect(try caller.wait() == 0)
  }
}
