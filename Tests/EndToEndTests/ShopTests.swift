// The shop in topologies/: a graph in which things fail, are tried again and are done without, as its file says.

import Foundation
import Testing

@Suite("The shop")
struct ShopTests {
  private static let file = Program.root.appending(path: "topologies/shop.yaml").path

  @Test("fails as often as it declares, and is believed; every call but those that may fail brings its context")
  func run() throws {
    let program = try Program(
      ["run", Self.file, "--strategies", "baseline,packed", "--budget", "8s", "--passes", "fidelity,counting,open"]
        + ["--json", "-"])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try ResultDocument(path: program.file("out"))
    try document.expectBalancedLedgers()
    // What was declared makes no trial doubtful. On a busy machine some calls run into their timeouts as well, and then a
    // trial is.
    let doubtful = document.trials.filter { trial in
      let reasons = (trial["validity"] as? [String: Any])?["reasons"] as? [String] ?? []
      return reasons.contains { $0.contains("of the planned requests completed") }
    }
    #expect(doubtful.count * 4 < document.trials.count, "\(doubtful.count) of \(document.trials.count)")
    let ledgers = document.trials.compactMap { $0["ledger"] as? [String: Int] }
    let failed = ledgers.reduce(0) { $0 + ($1["failed"] ?? 0) }
    #expect(failed > 0 && failed < ledgers.reduce(0) { $0 + ($1["planned"] ?? 0) } / 50)
    #expect(document.list("fidelity").allSatisfy { $0["verdict"] as? String != "mismatch" })
    let calls = document.list("calls")
    func count(_ name: String) -> Int { calls.reduce(0) { $0 + ($1[name] as? Int ?? 0) } }
    #expect(count("retries") > 0 && count("toleratedFailures") > 0)
  }
}
