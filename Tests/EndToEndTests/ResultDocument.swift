// The JSON that a run wrote, read as any reader would.

import Foundation
import Testing

struct ResultDocument {
  let root: [String: Any]

  init(path: String) throws {
    let data = try Data(contentsOf: URL(filePath: path))
    root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  func list(_ name: String) -> [[String: Any]] { root[name] as? [[String: Any]] ?? [] }

  var trials: [[String: Any]] { list("trials") }

  /// planned = completed + failed + timed out + shed + censored, in every trial.
  func expectBalancedLedgers() throws {
    #expect(!trials.isEmpty)
    for trial in trials {
      let ledger = try #require(trial["ledger"] as? [String: Int])
      let parts = ["completed", "failed", "timedOut", "shed", "censored"].map { ledger[$0]! }
      #expect(ledger["planned"]! == parts.reduce(0, +), "\(ledger)")
    }
  }
}
