import Statistics
import Testing

@Suite("A ledger")
struct LedgerTests {
  @Test("balances only when every planned request went somewhere")
  func balance() {
    var ledger = Ledger(planned: 31, completed: 16, failed: 8, timedOut: 4, shed: 2, censored: 1)
    #expect(ledger.isBalanced)
    #expect(ledger.lost == 15)
    let columns: [WritableKeyPath<Ledger, UInt64>] = [
      \.planned, \.completed, \.failed, \.timedOut, \.shed, \.censored,
    ]
    for column in columns {
      ledger[keyPath: column] += 1
      #expect(!ledger.isBalanced)
      ledger[keyPath: column] -= 1
    }
    #expect(ledger.isBalanced)
  }

  @Test("merges column by column and stays balanced")
  func merge() {
    var ledger = Ledger(planned: 31, completed: 16, failed: 8, timedOut: 4, shed: 2, censored: 1)
    ledger.merge(Ledger(planned: 150, completed: 10, failed: 20, timedOut: 30, shed: 40, censored: 50))
    #expect(ledger == Ledger(planned: 181, completed: 26, failed: 28, timedOut: 34, shed: 42, censored: 51))
    #expect(ledger.isBalanced)
  }

  @Test("does not balance by overflow")
  func overflow() {
    #expect(!Ledger(planned: 0, completed: .max, failed: 1).isBalanced)
    var ledger = Ledger(planned: .max, completed: .max)
    ledger.merge(Ledger(planned: 1, failed: 1))
    #expect(!ledger.isBalanced)
    #expect(Ledger(planned: 1, completed: 2, failed: 0).lost == 0)
  }
}
