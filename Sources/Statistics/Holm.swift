// Correction of a family of p values for their number.

/// Holm's step-down: with the p values in ascending order, `p'₍ᵢ₎ = max_{j≤i} min(1, (m − j + 1)·p₍ⱼ₎)`. To call those
/// differences that have p' ≤ α keeps the chance of even one false call at α, however the tests depend on each other.
/// (Holm, *A simple sequentially rejective multiple test procedure*, 1979.)
package enum Holm {
  /// Adjusted p values in the order given; equal p values stay equal.
  ///
  /// - Precondition: every p is 0…1.
  package static func adjusted(_ pValues: [Double]) -> [Double] {
    precondition(pValues.allSatisfy { (0...1).contains($0) }, "a p value is 0 to 1")
    var adjusted = Array(repeating: 0.0, count: pValues.count)
    var largest = 0.0
    for (position, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
      largest = max(largest, min(1, Double(pValues.count - position) * pValues[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
