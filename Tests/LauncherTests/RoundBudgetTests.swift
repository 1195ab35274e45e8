import Launcher
import Testing

@Suite("The rounds that a time has room for")
struct RoundBudgetTests {
  private static func isClose(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-9 * max(1, abs(right)) }

  @Test("rounds that explain are so many as said, the first among them, spread evenly")
  func spread() {
    for rounds in 1...60 {
      for explaining in 1...rounds {
        let budget = RoundBudget(rounds: rounds, explainingRounds: explaining)
        let places = (0..<rounds).filter(budget.explains)
        #expect(places.count == explaining && places.first == 0)
        let gaps = Set(zip(places.dropFirst(), places).map { $0 - $1 })
        #expect((gaps.max() ?? 0) - (gaps.min() ?? 0) <= 1, "\(explaining) of \(rounds): \(places)")
      }
    }
  }

  @Test("no more rounds explain than there are")
  func bound() {
    #expect(RoundBudget(rounds: 4, explainingRounds: 9) == RoundBudget(rounds: 4, explainingRounds: 4))
    #expect((0..<4).allSatisfy(RoundBudget(rounds: 4, explainingRounds: 9).explains))
  }

  @Test(
    "every round explains until as many fit as claims need; what is left then goes to rounds that only answer",
    arguments: [
      // seconds, rounds, of these explaining; 1 s answers, 3 s explain as well, 12 are needed
      (0, 3, 3), (-5, 3, 3), (11.9, 3, 3), (12, 3, 3), (20, 5, 5), (23.9, 5, 5), (48, 12, 12), (51.9, 15, 12),
      (52, 16, 12), (100, 64, 12), (1_036, 1_000, 12), (1e9, 1_000, 12),
    ] as [(Double, Int, Int)])
  func fitting(seconds: Double, rounds: Int, explaining: Int) {
    let budget = RoundBudget(seconds: seconds, answering: 1, explaining: 3, neededRounds: 12)
    #expect(budget == RoundBudget(rounds: rounds, explainingRounds: explaining))
  }

  @Test("what fits takes no longer than the time, and one round more would")
  func fits() {
    for tenths in stride(from: 130, through: 9_000, by: 7) {
      let seconds = Double(tenths) / 10
      var budget = RoundBudget(seconds: seconds, answering: 1.3, explaining: 2.9, neededRounds: 10)
      #expect(budget.seconds(answering: 1.3, explaining: 2.9) <= seconds + 1e-9, "\(seconds)")
      budget.rounds += 1
      if budget.explainingRounds < 10 { budget.explainingRounds += 1 }
      #expect(budget.seconds(answering: 1.3, explaining: 2.9) > seconds - 1e-9, "\(seconds)")
    }
  }

  @Test("without anything to explain all of the time goes to answers")
  func answersAlone() {
    let budget = RoundBudget(seconds: 60, answering: 2, explaining: 0, neededRounds: 8)
    #expect(budget.rounds == 30 && Self.isClose(budget.seconds(answering: 2, explaining: 0), 60))
  }

  @Test("its time is that of its rounds, and from one of them on of those that are left")
  func seconds() {
    let budget = RoundBudget(rounds: 40, explainingRounds: 7)
    #expect(Self.isClose(budget.seconds(answering: 1.5, explaining: 4), 40 * 1.5 + 7 * 4))
    for round in 0...40 {
      let explaining = (round..<40).count(where: budget.explains)
      let expected = Double(40 - round) * 1.5 + Double(explaining) * 4
      #expect(Self.isClose(budget.seconds(answering: 1.5, explaining: 4, from: round), expected))
    }
    #expect(budget.seconds(answering: 1.5, explaining: 4, from: 50) == 0)
  }
}
