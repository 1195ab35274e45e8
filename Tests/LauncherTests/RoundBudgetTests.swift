import Launcher
import Testing

@Suite("The rounds that a time has room for")
struct RoundBudgetTests {
  private static func isClose(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-9 * max(1, abs(right)) }

  /// Which rounds explain.
  private static func places(_ budget: RoundBudget) -> [Int] {
    var (budget, places) = (budget, [Int]())
    while budget.done < budget.rounds {
      if budget.nextExplains { places.append(budget.done) }
      budget.finishRound()
    }
    #expect(budget.explained == places.count)
    return places
  }

  @Test("rounds that explain are so many as said, the first among them, spread evenly")
  func spread() {
    for rounds in 1...60 {
      for explaining in 1...rounds {
        var budget = RoundBudget(rounds: rounds, explainingRounds: explaining)
        let places = Self.places(budget)
        #expect(places.count == explaining && places.first == 0)
        let gaps = Set(zip(places.dropFirst(), places).map { $0 - $1 })
        #expect((gaps.max() ?? 0) - (gaps.min() ?? 0) <= 1, "\(explaining) of \(rounds): \(places)")
        budget.explainsFirst = true
        #expect(Self.places(budget) == Array(0..<explaining))
      }
    }
  }

  @Test("however often the number of rounds changes on the way, as many explain as were to", arguments: 1...20)
  func changing(seed: Int) {
    var budget = RoundBudget(rounds: 30, explainingRounds: 11)
    while budget.done < budget.rounds {
      budget.finishRound()
      // The plan wanders within 28 and 32, as it does on a machine that is busy now and then.
      budget.rounds = max(budget.done, 30 + (budget.done * seed * 7) % 5 - 2)
      let left = budget.rounds - budget.done
      #expect(budget.explained <= 11 && left >= 0)
    }
    #expect((10...11).contains(budget.explained))
  }

  @Test("no more rounds explain than there are")
  func bound() {
    #expect(RoundBudget(rounds: 4, explainingRounds: 9) == RoundBudget(rounds: 4, explainingRounds: 4))
    #expect(Self.places(RoundBudget(rounds: 4, explainingRounds: 9)) == [0, 1, 2, 3])
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
      #expect(budget.secondsLeft(answering: 1.3, explaining: 2.9) <= seconds + 1e-9, "\(seconds)")
      budget.rounds += 1
      if budget.explainingRounds < 10 { budget.explainingRounds += 1 }
      #expect(budget.secondsLeft(answering: 1.3, explaining: 2.9) > seconds - 1e-9, "\(seconds)")
    }
  }

  @Test("without anything to explain all of the time goes to answers")
  func answersAlone() {
    let budget = RoundBudget(seconds: 60, answering: 2, explaining: 0, neededRounds: 8)
    #expect(budget.rounds == 30 && Self.isClose(budget.secondsLeft(answering: 2, explaining: 0), 60))
  }

  @Test("its time is that of the rounds that are left")
  func seconds() {
    var budget = RoundBudget(rounds: 40, explainingRounds: 7)
    #expect(Self.isClose(budget.secondsLeft(answering: 1.5, explaining: 4), 40 * 1.5 + 7 * 4))
    let places = Self.places(budget)
    for round in 0..<40 {
      budget.finishRound()
      let expected = Double(39 - round) * 1.5 + Double(places.count { $0 > round }) * 4
      #expect(Self.isClose(budget.secondsLeft(answering: 1.5, explaining: 4), expected))
    }
    budget.rounds = 5
    #expect(budget.secondsLeft(answering: 1.5, explaining: 4) == 0)
  }
}
