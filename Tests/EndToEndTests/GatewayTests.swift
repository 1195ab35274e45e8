// A gateway in front of real processes: what it refuses is counted by reason, and goes no further.

import Foundation
import Testing

@Suite("The gateway")
struct GatewayTests {
  private let topology = """
    version: 1
    entry: edge
    defaults: {strategy: struct}
    client:
      propagator: none
      fields: {x-tenant-code: acme, x-user-id: "1234567", x-trace-id: 4bf92f3577b34da6a3ce929d0e0e4736}
      bad:
        - {share: 10%, fields: {x-tenant-code: null}}
        - {share: 5%, fields: {x-tenant-code: "No Tenant!", x-user-id: "7"}}
        - {share: 1/64, fields: {x-internal-role: admin}}
    services:
      - name: edge
        store: map
        gateway:
          required: [{field: x-tenant-code, target: tenant, pattern: "[a-z0-9-]{1,16}"}]
          optional: [{field: x-user-id, target: user, pattern: "[0-9]{1,18}"}, {field: x-trace-id, target: trace-id}]
          rejected: [x-internal-role]
        script: [{call: next}]
      - {name: next}
    """.replacingOccurrences(of: "1/64", with: "0.015625")

  @Test("refuses requests without a good tenant, says why, and the next node hears of none of them")
  func refusing() throws {
    let up = try UpProgram(topology)
    func load(_ count: Int, _ fields: [String]) throws -> (status: Int32, ledger: [String: Int]) {
      try up.load(["--propagator", "none", "-n", "\(count)", "--in-flight", "8"] + fields.flatMap { ["--field", $0] })
    }
    for (count, fields) in [
      (40, []), (20, ["x-tenant-code=ACME"]), (10, ["x-tenant-code=acme", "x-internal-role=admin"]),
    ] {
      let (status, ledger) = try load(count, fields)
      #expect(status == 1 && ledger["failed"] == count && ledger["completed"] == 0, "\(fields) \(ledger)")
    }
    #expect(try up.counters("next").deliveries == 0)
    #expect(try up.counters("edge").refusals == [40, 20, 0, 10])
    let (status, ledger) = try load(30, ["x-tenant-code=acme", "x-user-id=42"])
    #expect(status == 0 && ledger["completed"] == 30, "\(ledger)")
    #expect(try up.counters("next").deliveries == 30)
    let edge = try up.counters("edge")
    #expect(edge.deliveries == 100 && edge.errors == 70 && edge.open == 0)
    #expect(
      try up.end().contains("refused 70 requests of edge: 40 missingField, 20 malformedField, 10 rejectedField"))
  }

  @Test("is measured with its bad requests, which are refused in their shares and found as declared")
  func measured() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID().uuidString).yaml").path
    defer { for path in [file, file + ".json"] { try? FileManager.default.removeItem(atPath: path) } }
    try topology.write(toFile: file, atomically: true, encoding: .utf8)
    let compared = [
      "run", file, "--rounds", "1", "--passes", "fidelity,open", "--trial", "300ms", "--json", file + ".json",
    ]
    let run = try Program.run(compared)
    #expect(run.status == 0, "\(run.error)")
    let document = try ResultDocument(path: file + ".json")
    try document.expectBalancedLedgers()
    let fidelity = try #require(document.list("fidelity").first { $0["arm"] as? String == "as-written" })
    // 256 requests, one of each image: 26 + 13 + 4 of them bad, and the others seen by two nodes.
    #expect(fidelity["verdict"] as? String == "lost-as-declared", "\(fidelity)")
    #expect(fidelity["requests"] as? Int == 256 && fidelity["failed"] as? Int == 0)
    #expect(fidelity["views"] as? Int == 2 * (256 - 43), "\(fidelity)")
    let refused = document.list("refused")
    #expect(refused.allSatisfy { $0["service"] as? String == "edge" && $0["arm"] as? String == "as-written" })
    let counts = refused.reduce(into: [String: Int]()) { $0[$1["reason"] as! String] = $1["requests"] as? Int }
    #expect(Set(counts.keys) == ["missingField", "malformedField", "rejectedField"])
    #expect(counts["missingField"]! > counts["malformedField"]! && counts["malformedField"]! > counts["rejectedField"]!)
    #expect(try Program.run("show", file + ".json", "--tables").out.contains("refused"))
    // The arm without a context sends no raw fields and has no gateway.
    let baseline = try #require(document.list("fidelity").first { $0["arm"] as? String == "baseline" })
    #expect(baseline["failed"] as? Int == 0)
  }

  @Test(
    "cleans without asking the allocator, whatever the rules",
    .enabled(if: CountTests.isOptimised, "a debug build allocates where an optimised one does not"))
  func allocations() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "count-\(UUID().uuidString).yaml").path
    defer { for path in [file, file + ".json"] { try? FileManager.default.removeItem(atPath: path) } }
    try topology.replacingOccurrences(of: "store: map", with: "store: packed")
      .replacingOccurrences(of: "share: 10%", with: "share: 0").replacingOccurrences(of: "share: 5%", with: "share: 0")
      .replacingOccurrences(of: "share: 0.015625", with: "share: 0")
      .replacingOccurrences(
        of: "rejected: [x-internal-role]",
        with: "rejected: [x-internal-role, {field: x-debug, pattern: \"1|true\"}]\n"
          + "      mappings: [{source: x-user-id, target: request-id, when: {field: x-kind, absent: true}}]\n"
          + "      defaults: {user: 0}"
      ).write(toFile: file, atomically: true, encoding: .utf8)
    let run = try Program.run(
      "run", file, "--rounds", "1", "--passes", "counting", "--trial", "300ms", "--json", file + ".json")
    #expect(run.status == 0, "\(run.error)")
    let rows = try ResultDocument(path: file + ".json").list("counts")
    let row = try #require(rows.first { $0["arm"] as? String == "as-written" })
    let edge = try #require((row["nodes"] as? [[String: Any]])?.first)
    #expect(edge["service"] as? String == "edge")
    if row["method"] as? String != "none" { #expect(edge["allocationsPerRequest"] as? Double == 0) }
  }

  @Test("of a file that asks for what cannot be is one line with its place")
  func validate() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "bad-\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try topology.replacingOccurrences(of: "[a-z0-9-]{1,16}", with: "[a-z").write(
      toFile: file, atomically: true, encoding: .utf8)
    let run = try Program.run("validate", file)
    #expect(run.status == 2)
    #expect(
      run.error.contains(":15:") && run.error.contains("services.edge.gateway.required[0].pattern")
        && run.error.contains("no \"]\" for a \"[\" at byte 5 of the pattern"), "\(run.error)")
  }
}
