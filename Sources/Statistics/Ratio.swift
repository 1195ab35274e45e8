// A division that may have no result.

/// nil when the divisor is not above 0 or the result not finite.
package func ratio(_ value: Double, _ divisor: Double) -> Double? {
  guard divisor > 0 else { return nil }
  let result = value / divisor
  return result.isFinite ? result : nil
}
