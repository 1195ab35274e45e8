// How many rounds a time has room for, and which of them explain as well as answer. Only numbers go in and come out.

internal import Statistics

package struct RoundBudget: Equatable {
  /// Rounds in all.
  package var rounds: Int
  /// Of these, evenly among them, have every kind of trial; the others only those at the largest depth.
  package var explainingRounds: Int
  /// They are the first ones, because the run may end before its last.
  package var explainsFirst = false

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

  /// Spread evenly, the first round among them.
  package func explains(_ round: Int) -> Bool {
    if explainsFirst { return round < explainingRounds }
    return round == 0 || (round * explainingRounds) / rounds > ((round - 1) * explainingRounds) / rounds
  }

  package func seconds(answering: Double, explaining: Double, from round: Int = 0) -> Double {
    (round..<max(round, rounds)).reduce(0) { $0 + answering + (explains($1) ? explaining : 0) }
  }
}
