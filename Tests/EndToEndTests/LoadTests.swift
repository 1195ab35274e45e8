// What `load` tells of an entry that does not do its part.

import Foundation
import Testing

@Suite("Load")
struct LoadTests {
  private static let chainOfOne = Program.root.appending(path: "topologies/chain-1.yaml").path

  /// The trial of a result's document.
  private func trial(_ path: String) throws -> [String: Any] {
    try #require(try ResultDocument(path: path).root["trial"] as? [String: Any])
  }

  private func reasons(_ trial: [String: Any]) -> String {
    let validity = trial["validity"] as? [String: Any]
    return "\(validity?["verdict"] ?? ""): \((validity?["reasons"] as? [String] ?? []).joined(separator: "; "))"
  }

  @Test(
    "An entry that dies on the way makes the load invalid, in words and JSON, with status 1",
    arguments: [
      ["-n", "20", "--rate", "5"], ["-d", "600s", "--rate", "5"], ["-n", "1000000000", "--in-flight", "1"],
    ])
  func entryDies(mode: [String]) throws {
    let up = try UpProgram(path: LoadTests.chainOfOne)
    let load = try Program(["load", up.address] + mode + ["--json", up.program.file("load.json")])
    try up.until("a request", "s1") { $0.deliveries > 0 }
    kill(try #require(up.program.children.first { $0.name == "s1" }).pid, SIGKILL)
    #expect(try load.wait() == 1, "\(load.error)")
    let trial = try trial(up.program.file("load.json"))
    #expect(reasons(trial).hasPrefix("invalid: "), "\(trial)")
    #expect(load.out.contains("\nvalidity       \(reasons(trial))\n"), "\(load.out)")
    #expect(trial["lostConnections"] as? Int == 1 && load.out.contains("1 connection (1 lost)"))
    // A load of so many requests that were all planned did not end early; it has lost what it could not send.
    let isEarly = mode.contains("-d") || mode.contains("1000000000")
    if isEarly { #expect((trial["earlyEnd"] as? String)?.contains("no connection") == true, "\(trial)") }
    let ledger = try #require(trial["ledger"] as? [String: Int])
    #expect(ledger["completed"]! < ledger["planned"]!)
    #expect(load.out.contains("\nfailures "), "\(load.out)")
    _ = try up.program.wait()
  }

  @Test("An entry that answers nothing gives status 1 and an invalid result")
  func silentEntry() throws {
    let up = try UpProgram(
      """
      version: 1
      entry: a
      services:
        - {name: a, script: [{sleep: 60m}]}
      """)
    let json = up.program.file("load.json")
    let load = try Program.run(
      "load", up.address, "--propagator", "packed", "-d", "100ms", "--in-flight", "4", "--timeout", "1h", "--drain",
      "100ms", "--json", json)
    #expect(load.status == 1, "\(load.error)")
    let trial = try trial(json)
    #expect(reasons(trial).hasPrefix("invalid: no request completed"), "\(trial)")
    #expect((trial["ledger"] as? [String: Int])?["censored"] == 4)
    _ = try up.end()
  }

  @Test("What does not complete is told by its reason, and stands in the percentiles with a sign beside them")
  func failures() throws {
    let up = try UpProgram(
      """
      version: 1
      entry: a
      services:
        - {name: a, error-rate: 30%}
      """)
    let json = up.program.file("load.json")
    let load = try Program.run("load", up.address, "--propagator", "packed", "-n", "2000", "--json", json)
    #expect(load.status == 1)
    let trial = try trial(json)
    let ledger = try #require(trial["ledger"] as? [String: Int])
    let failures = try #require(trial["failures"] as? [[String: Any]])
    #expect(failures.count == 1 && failures[0]["requests"] as? Int == ledger["failed"])
    let reason = try #require(failures[0]["reason"] as? String)
    #expect(load.out.contains("\nfailures       \(ledger["failed"]!) \(reason)\n"), "\(load.out)")
    #expect(load.out.contains("  P90 ≥ 10 s  P99 ≥ 10 s  max ≥ 10 s  of 2000\n"), "\(load.out)")
    #expect(reasons(trial).contains("% of the planned requests completed"))
    let latency = try #require(trial["responseTime"] as? [String: Any])
    #expect(latency["unfinishedCount"] as? Int == ledger["failed"])
    #expect(latency["leastUnfinished"] as? Int == 10_000_000_000)
    _ = try up.end()
  }

  @Test("Over HTTP/1.1 every request is answered, one after the other and many at once, closed and open loop")
  func http1() throws {
    let up = try UpProgram(
      """
      version: 1
      entry: a
      client: {transport: http1, propagator: "tracecontext,baggage"}
      services:
        - {name: a, script: [call: {service: b, transport: http1}]}
        - {name: b}
      """)
    for load in [
      ["-n", "3000"], ["-n", "500", "--in-flight", "1"], ["-n", "300", "--rate", "2000"], ["-n", "64", "-c", "8"],
    ] {
      let run = try Program.run(["load", up.address, "--transport", "http1"] + load)
      #expect(run.status == 0, "\(run.error)")
      #expect(run.out.contains("\(load[1]) planned = \(load[1]) completed"), "\(run.out)")
    }
    #expect(try Program.run("load", up.address, "--transport", "x").status == 2)
    _ = try up.end()
  }

  @Test("So many failures as are allowed make no failure of the command; one that is not a share is refused")
  func errorRate() throws {
    let up = try UpProgram("version: 1\nentry: a\nservices: [{name: a, error-rate: 30%}]\n")
    func load(_ share: String) throws -> Int32 {
      try Program.run("load", up.address, "--propagator", "packed", "-n", "500", "--max-error-rate", share).status
    }
    #expect(try load("60%") == 0)
    #expect(try load("0.6") == 0)
    #expect(try load("5%") == 1)
    let refused = try Program.run("load", up.address, "--max-error-rate", "101%")
    #expect(refused.status == 2 && refused.error.contains("--max-error-rate: expected 0% to 100%, got 101%"))
    _ = try up.end()
  }

  @Test("Of few requests no percentile is shown that so few cannot tell")
  func few() throws {
    let up = try UpProgram(path: LoadTests.chainOfOne)
    let load = try Program.run("load", up.address, "-n", "3", "--rate", "10")
    #expect(load.status == 0, "\(load.error)")
    let lines = load.out.split(separator: "\n").filter { $0.hasPrefix("response time") || $0.hasPrefix("send lag") }
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasSuffix("  of 3") && !$0.contains("P") }, "\(load.out)")
    #expect(load.out.contains("3 planned = 3 completed"))
    _ = try up.end()
  }
}
