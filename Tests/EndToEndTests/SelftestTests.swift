// `ctxchain selftest` as a user runs it, in its shortest form. What it finds depends on the machine and is not asserted;
// how it is judged is tested in LaboratoryTests.

import Foundation
import Testing

@Suite("Selftest")
struct SelftestTests {
  private func expectValid(_ path: String) {
    let schema = Program.root.appending(path: "docs/schema/selftest-result-1.schema.json").path
    let tool = Program.root.appending(path: "scripts/validate-json").path
    for python in ["python3", "/usr/bin/python3"] {
      let status = system("\(python) '\(tool)' '\(schema)' '\(path)' > /dev/null 2>&1") >> 8
      // The module jsonschema is missing, or Python is.
      if status == 3 || status == 127 { continue }
      #expect(status == 0)
      return
    }
  }

  private func ledgers(_ test: [String: Any]) -> [[String: Int]] {
    (test["attempts"] as? [[String: Any]] ?? []).flatMap { $0["ledgers"] as? [[String: Int]] ?? [] }
  }

  @Test(
    "runs the tests that are named, over all transports, prints what is expected and seen, and ends with its document's status"
  )
  func short() throws {
    let program = try Program(["selftest", "--only", "poisson,null", "--json", "-"])
    let status = try program.wait()
    #expect([0, 1, 4].contains(status), "\(program.error)")
    let document = try ResultDocument(path: program.file("out"))
    #expect(document.root["exitStatus"] as? Int == Int(status))
    let transports = ["frame", "http1", "grpc"]
    let names = ["null", "poisson"].flatMap { name in transports.map { _ in name } }
    #expect(document.list("tests").map { $0["test"] as? String } == names)
    #expect(document.list("tests").map { $0["transport"] as? String } == transports + transports)
    for test in document.list("tests") {
      #expect(!ledgers(test).isEmpty)
      for ledger in ledgers(test) {
        let parts = ["completed", "failed", "timedOut", "shed", "censored"].map { ledger[$0]! }
        #expect(ledger["planned"]! == parts.reduce(0, +) && ledger["completed"]! > 0, "\(ledger)")
      }
    }
    // Nothing in it depends on how fast the machine is.
    #expect(document.list("tests").prefix(3).allSatisfy { $0["verdict"] as? String == "passed" })
    expectValid(program.file("out"))
    for part in ["index of dispersion", "64 in flight", "send lag", "expected", "found", "\npoisson/http1: "] {
      #expect(program.error.contains(part), "\(part): \(program.error)")
    }
  }

  /// Two seconds of requests are more than a connection of HTTP/1.1 holds.
  @Test("A server of HTTP/1.1 that stands still loses no request of those that were due meanwhile")
  func stallOverHTTP1() throws {
    let program = try Program(["selftest", "--only", "stall", "--transport", "http1", "--json", "-"])
    let status = try program.wait()
    #expect([0, 1, 4].contains(status), "\(program.error)")
    let tests = try ResultDocument(path: program.file("out")).list("tests")
    #expect(tests.map { $0["transport"] as? String } == ["http1"])
    for ledger in tests.flatMap(ledgers) {
      #expect(ledger["planned"]! > 0 && ledger["completed"] == ledger["planned"], "\(ledger)")
    }
  }

  @Test("A signal ends it with what it knows and status 130")
  func interrupted() throws {
    let program = try Program(["selftest", "--only", "null,md1", "--transport", "frame", "--json", "-"])
    try program.until("the first test", seconds: 60) { program.error.contains("null: ") }
    // The second test takes half a minute.
    usleep(300_000)
    program.signal(SIGINT)
    #expect(try program.wait(seconds: 30) == 130)
    let document = try ResultDocument(path: program.file("out"))
    #expect(document.root["interrupted"] as? Bool == true)
    #expect(document.list("tests").last?["verdict"] as? String == "interrupted")
    expectValid(program.file("out"))
  }

  @Test("A file that cannot be written is one line and status 1, before anything is measured")
  func unwritable() throws {
    let run = try Program.run("selftest", "--json", "/nonexistent/x.json")
    #expect(run.status == 1 && run.out.isEmpty)
    #expect(run.error.contains("/nonexistent/x.json") && run.error.split(separator: "\n").count == 1)
  }
}
