// A figure of one round that may be only a lower bound of the true one. It measures nothing.

package struct BoundedValue: Equatable, Sendable {
  package var value: Double
  package var isLowerBound: Bool

  package init(_ value: Double, isLowerBound: Bool = false) {
    self.value = value
    self.isLowerBound = isLowerBound
  }

  /// Both for a comparison. A lower bound below the other side is taken as equal to it: nothing says that it is less, so
  /// what did not complete never makes its side look faster.
  package static func pair(
    _ reference: BoundedValue, _ value: BoundedValue
  ) -> (reference: Double, value: Double) {
    (
      reference.isLowerBound ? max(reference.value, value.value) : reference.value,
      value.isLowerBound ? max(value.value, reference.value) : value.value
    )
  }
}
