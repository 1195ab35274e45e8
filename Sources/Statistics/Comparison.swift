// What may be claimed about one arm against a reference, as one of a family of comparisons. It is silent where the
// rounds do not suffice.

/// A *difference* needs all three:
///
/// - the interval excludes "no difference";
/// - |d| is larger than the noise floor: than what A and A′ were found to differ by, for the same metric and depth, or where
///   that is no chance, than how far its interval reaches;
/// - Wilcoxon's p, corrected by Holm over the family, is at most 0.05.
///
/// With the first two alone the word is *indicated*: it may be chance, as one in twenty of what is the same is. So a word
/// never gets weaker because more rounds make the third possible. A family is every depth and strategy of one metric, or
/// every metric where two arms are compared. There one metric is what is asked first: half of α is its own, the others share
/// the rest, and what the first does not need is theirs.
///
/// Arms of two runs have no A′ in common: whatever changed between the runs is in the effect. Nothing is then stronger
/// than *indicated*, and the noise, where it is known, is only the least that there was.
package struct Comparison: Equatable, Sendable {
  package enum Verdict: String, Codable, CaseIterable, Sendable {
    case difference, indicated, noDifferenceSeen
    /// Fewer than 6 rounds, or the noise is not known: nothing but min…max may be said.
    case rangeOnly
    /// No round can be compared; of percentiles, as no round has enough requests.
    case tooFew

    package var words: String {
      switch self {
      case .difference: "difference"
      case .indicated: "indicated"
      case .noDifferenceSeen: "no difference seen"
      case .rangeOnly: "range only"
      case .tooFew: "n too small"
      }
    }
  }

  /// What stands against a stronger word, the first that applies.
  package enum Obstacle: String, Codable, CaseIterable, Sendable {
    case noRound, fewRounds, noiseNotKnown, intervalIncludesNoDifference, withinNoise, notSignificant, fewRoundsForTest
    /// The arms are of two runs.
    case noCommonNoise

    package var words: String {
      switch self {
      case .noRound: "no round can be compared"
      case .fewRounds: "fewer than \(SignTest.roundCountMin) rounds"
      case .noiseNotKnown: "the noise is not known"
      case .intervalIncludesNoDifference: "the interval includes no difference"
      case .withinNoise: "no larger than the noise"
      case .notSignificant: "p above \(alpha) after correction"
      case .fewRoundsForTest: "too few rounds for a corrected p"
      case .noCommonNoise: "two runs have no noise in common"
      }
    }
  }

  package static let alpha = 0.05
  package let effect: PairedEffect?
  /// The noise floor: in logarithms for ratios. nil when it is not known.
  package let noise: Double?
  /// Corrected over the family; nil when no round can be compared.
  package let adjustedP: Double?
  package let verdict: Verdict
  /// nil for a difference.
  package let obstacle: Obstacle?

  /// Judges a family, in the order given. Every member that has an effect counts for the correction, whatever its
  /// verdict; what is the same in other units, as CPU per hop and per request of a chain are, counts once.
  ///
  /// - Parameters:
  ///   - members: `effect` is the arm against the reference, nil when no round can be compared; `control` is A′ against A
  ///     for the same metric and depth, nil when there is none.
  ///   - first: positions of those that are asked first, to which half of α belongs; none: all are alike.
  /// - Precondition: an effect and its control have one scale.
  package static func family(
    _ members: [(effect: PairedEffect?, control: PairedEffect?)], first: Set<Int> = [], isOneRun: Bool = true
  ) -> [Comparison] {
    var distinct: [PairedEffect] = []
    let places = members.map { member -> Int? in
      guard let effect = member.effect else { return nil }
      if let place = distinct.firstIndex(where: effect.isSame) { return place }
      distinct.append(effect)
      return distinct.count - 1
    }
    let weights = weights(count: distinct.count, first: Set(first.compactMap { places[$0] }))
    let corrected = Holm.adjusted(distinct.map(\.test.p), weights: weights)
    let sum = weights.reduce(0, +)
    return zip(members, places).map { member, place in
      Comparison(
        effect: member.effect, control: member.control, adjustedP: place.map { corrected[$0] },
        neededRounds: roundCountMin(familyCount: place.map { Int((sum / weights[$0]).rounded(.up)) } ?? 0),
        isOneRun: isOneRun)
    }
  }

  /// Those that are asked first have as much together as all others.
  private static func weights(count: Int, first: Set<Int>) -> [Double] {
    let others = count - first.count
    let weight = first.isEmpty || others == 0 ? 1 : Double(others) / Double(first.count)
    return (0..<count).map { first.contains($0) ? weight : 1 }
  }

  /// The least number of rounds with which every member of a family of so many comparisons can be a difference: the least
  /// R ≥ 6 with `familyCount·2^(1−R) ≤ 0.05`, as no p of R rounds is below `2^(1−R)`. With 10 rounds 25 comparisons can,
  /// with 12 rounds 102.
  ///
  /// - Precondition: `familyCount` ≥ 0.
  package static func roundCountMin(familyCount: Int) -> Int {
    precondition(familyCount >= 0, "a family has no less than 0 members")
    var count = SignTest.roundCountMin
    var least = Double(familyCount) * 0x1p-5
    while least > alpha {
      count += 1
      least /= 2
    }
    return count
  }

  private init(effect: PairedEffect?, control: PairedEffect?, adjustedP: Double?, neededRounds: Int, isOneRun: Bool) {
    if let effect, let control {
      precondition(effect.scale == control.scale, "an effect and its noise have one scale")
    }
    self.effect = effect
    self.adjustedP = adjustedP
    noise = control?.estimate.noiseFloor
    obstacle = Self.obstacle(
      effect: effect, noise: noise, adjustedP: adjustedP, neededRounds: neededRounds, isOneRun: isOneRun)
    verdict =
      switch obstacle {
      case nil: .difference
      case .fewRoundsForTest, .notSignificant, .noCommonNoise: .indicated
      case .intervalIncludesNoDifference, .withinNoise: .noDifferenceSeen
      case .fewRounds, .noiseNotKnown: .rangeOnly
      case .noRound: .tooFew
      }
  }

  private static func obstacle(
    effect: PairedEffect?, noise: Double?, adjustedP: Double?, neededRounds: Int, isOneRun: Bool
  ) -> Obstacle? {
    guard let effect, let adjustedP else { return .noRound }
    guard effect.estimate.interval != nil else { return .fewRounds }
    if isOneRun, noise == nil { return .noiseNotKnown }
    guard effect.excludesNoDifference else { return .intervalIncludesNoDifference }
    guard abs(effect.estimate.spread.median) > noise ?? 0 else { return .withinNoise }
    guard adjustedP <= alpha else { return effect.roundCount < neededRounds ? .fewRoundsForTest : .notSignificant }
    return isOneRun ? nil : .noCommonNoise
  }
}
