// How many rounds a time has room for, and which of them explain as well as answer. Only numbers go in and come out.

internal import Statistics

package struct RoundBudget: Equatable {
  /// Rounds in all.
  package var rounds: Int
  /// Of these, evenly among them, have every kind of trial; the others only those at the largest depth.
  package var explainingRounds: Int
  /// They are the first ones, because the run may end before its last.
  package var explainsFirst = false
  package private(set) var done = 0
  /// Of those that are done.
  package private(set) var explained = 0

  /// The least number of rounds with which anything can be said.
  package static let roundCountMin = 3

  package init(rounds: Int, explainingRounds: Int) {
    self.rounds = rounds
    self.explainingRounds = min(rounds, explainingRounds)
  }

  /// As many as `seconds` have room for, but at least `roundCountMin`. Explaining rounds come first, until their claims
  /// can be made: `neededRounds`.
  package init(seconds: Double, answering: Double, explaining: Double, neededRounds: Int) {
    let whole = Int(max(0, seconds) / (answering + explaining))
    guard whole >= neededRounds else {
      let rounds = max(Self.roundCountMin, whole)
      self.init(rounds: rounds, explainingRounds: rounds)
      return
    }
    let left = seconds - Double(neededRounds) * explaining
    self.init(rounds: min(SignTest.roundCountMax, Int(left / answering)), explainingRounds: neededRounds)
  }

  /// Whether the next round explains: evenly spread, the first among them.
  package var nextExplains: Bool {
    explained < explainingRounds && (explainsFirst || explained * rounds <= done * explainingRounds)
  }

  package mutating func finishRound() {
    if nextExplains { explained += 1 }
    done += 1
  }

  package func adding(rounds count: Int) -> RoundBudget {
    var budget = self
    budget.rounds += count
    return budget
  }

  /// Of the rounds that are left.
  package func secondsLeft(answering: Double, explaining: Double) -> Double {
    Double(max(0, rounds - done)) * answering + Double(max(0, explainingRounds - explained)) * explaining
  }
}
