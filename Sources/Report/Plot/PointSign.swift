// What a point of a figure must be read with, as a sign on it: never by colour alone.

internal import Statistics

struct PointSign: OptionSet {
  let rawValue: Int

  static let none: PointSign = []
  /// Nothing may be claimed of it: the marker is hollow.
  static let unjudged = PointSign(rawValue: 1)
  /// The load was more than the arm could do: an arrow above the marker.
  static let saturated = PointSign(rawValue: 2)

  init(rawValue: Int) { self.rawValue = rawValue }

  /// - Parameter verdict: nil of what is held against nothing, which needs no judgement.
  init(_ verdict: Comparison.Verdict?) {
    self = verdict == .rangeOnly || verdict == .tooFew ? .unjudged : .none
  }

  static let unjudgedWords = "not judged: too few rounds or requests"
  static let saturatedWords = "saturated: the open loop asked for more than the arm could do"

  var words: [String] {
    (contains(.unjudged) ? [Self.unjudgedWords] : []) + (contains(.saturated) ? [Self.saturatedWords] : [])
  }

  /// Of the element around a point.
  var classes: String { "point" + (contains(.unjudged) ? " unjudged" : "") + (contains(.saturated) ? " full" : "") }

  static func arrow(x: Double, y: Double) -> Markup {
    let top = y - 15
    return .element(
      "path",
      [
        "class": "saturated",
        "d": "M\(number(x)) \(number(y - 7))V\(number(top))M\(number(x - 3.5)) \(number(top + 4))"
          + "L\(number(x)) \(number(top))L\(number(x + 3.5)) \(number(top + 4))",
      ])
  }
}
