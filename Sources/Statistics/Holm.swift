// Correction of a family of p values for their number.

/// Holm's step-down, weighted: in ascending order of p/w, `p'₍ᵢ₎ = max_{j≤i} min(1, p₍ⱼ₎/w₍ⱼ₎ · Σ_{k≥j} w₍ₖ₎)`. With equal
/// weights that is `(m − j + 1)·p₍ⱼ₎`. To call those differences that have p' ≤ α keeps the chance of even one false call at
/// α, however the tests depend on each other, and whatever the weights are, as long as they do not come from the data.
/// (Holm, *A simple sequentially rejective multiple test procedure*, 1979, section 4 for weights.)
package enum Holm {
  /// Adjusted p values in the order given; equal p values of equal weight stay equal.
  ///
  /// - Parameter weights: of each, above 0; nil: all are the same.
  /// - Precondition: every p is 0…1.
  package static func adjusted(_ pValues: [Double], weights: [Double]? = nil) -> [Double] {
    precondition(pValues.allSatisfy { (0...1).contains($0) }, "a p value is 0 to 1")
    let weights = weights ?? Array(repeating: 1, count: pValues.count)
    precondition(weights.count == pValues.count && weights.allSatisfy { $0 > 0 }, "a weight for each is above 0")
    var adjusted = Array(repeating: 0.0, count: pValues.count)
    var largest = 0.0
    var left = weights.reduce(0, +)
    for index in pValues.indices.sorted(by: { pValues[$0] / weights[$0] < pValues[$1] / weights[$1] }) {
      largest = max(largest, min(1, left * (pValues[index] / weights[index])))
      adjusted[index] = largest
      left -= weights[index]
    }
    return adjusted
  }
}
