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

  var slots: [[String: Any]] { list("slots") }

  /// planned = completed + failed + timed out + shed + censored, in every slot.
  func expectBalancedLedgers() throws {
    #expect(!slots.isEmpty)
    for slot in slots {
      let ledger = try #require(slot["ledger"] as? [String: Int])
      let parts = ["completed", "failed", "timedOut", "shed", "censored"].map { ledger[$0]! }
      #expect(ledger["planned"]! == parts.reduce(0, +), "\(ledger)")
    }
  }
}
