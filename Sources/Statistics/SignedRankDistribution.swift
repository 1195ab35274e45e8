// The distribution behind the signed-rank test and its interval.

enum SignedRankDistribution {
  /// P(W = w) for w = 0 … `limit`, where each of `ranks` is in the sum W with probability ½, by dynamic programming over the
  /// sums: `f(s) ← (f(s) + f(s − rank)) / 2` for every rank. Only terms above 0 are added, so no digits cancel.
  ///
  /// - Precondition: `limit` ≥ 0, and every rank is above 0.
  static func probabilities(upTo limit: Int, ranks: some Sequence<Int>) -> [Double] {
    var probabilities = Array(repeating: 0.0, count: limit + 1)
    probabilities[0] = 1
    for rank in ranks {
      for sum in stride(from: limit, through: 0, by: -1) {
        let with = sum >= rank ? probabilities[sum - rank] : 0
        probabilities[sum] = (probabilities[sum] + with) / 2
      }
    }
    return probabilities
  }
}
