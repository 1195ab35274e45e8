// What a point of a figure says when it is pointed at: value, interval, and how many rounds that is of.

internal import Results

enum PointNote {
  /// `map, depth 3: 72.8 µs (53.0 µs to 92.6 µs), n = 6 rounds; not judged`
  ///
  /// - Parameters:
  ///   - rounds: 0 of what is counted, not timed.
  ///   - remarks: what else must be known.
  static func text(
    _ subject: String, _ value: Double, _ band: ClosedRange<Double>?, rounds: Int, remarks: [String] = [],
    inWords: (Double) -> String
  ) -> String {
    let interval = band.map { " (\(inWords($0.lowerBound)) to \(inWords($0.upperBound)))" } ?? ""
    let count = rounds > 0 ? "n = " + NumberText.plural(rounds, "round") : "counted exactly"
    let scatter = rounds > 0 && band == nil ? ", no interval" : ""
    return ([subject + ": " + inWords(value) + interval + ", " + count + scatter] + remarks).joined(separator: "; ")
  }
}
