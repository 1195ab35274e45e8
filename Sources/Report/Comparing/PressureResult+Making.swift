// The pressure laboratory's result, made from the run that measured both sides.

package import Results

extension PressureResult {
  /// - Parameter map: name of the arm, as `structure` is.
  package init(_ run: RunResult, map: String, structure: String, depth: Int, rate: Double) {
    let comparison = ComparisonDocument(run: run, a: (map, depth), b: (structure, depth), gates: []).comparisons.first
    self.init(run, map: map, structure: structure, depth: depth, rate: rate, p99: comparison?[.p99])
  }
}
