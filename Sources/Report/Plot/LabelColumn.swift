// Places labels in a column so that none covers another, each as near as it can be to what it names.

package enum LabelColumn {
  /// - Parameters:
  ///   - wanted: where each label would stand by itself.
  ///   - gap: between two labels, at least.
  ///   - range: of the column; labels leave it downwards only when they do not fit at all.
  /// - Returns: where they stand, in the order of `wanted`.
  package static func places(_ wanted: [Double], gap: Double, range: ClosedRange<Double>) -> [Double] {
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    var places = order.map { min(max(wanted[$0], range.lowerBound), range.upperBound) }
    for index in places.indices.dropFirst() {
      places[index] = max(places[index], places[index - 1] + gap)
    }
    var limit = max(range.upperBound, range.lowerBound + gap * Double(max(0, places.count - 1)))
    for index in places.indices.reversed() {
      places[index] = min(places[index], limit)
      limit = places[index] - gap
    }
    var result = wanted
    for (place, index) in zip(places, order) { result[index] = place }
    return result
  }
}
