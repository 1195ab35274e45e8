// The shapes that mark a point, different also without colour.

package enum Marker {
  case circle, ring, square, triangle, diamond, wedge, star, cross, pentagon, bar, hourglass

  /// Those that strategies take, in this order; the first two are the baseline's and its control's.
  static let ofStrategies: [Marker] = [
    .square, .triangle, .diamond, .wedge, .star, .cross, .pentagon, .bar, .hourglass,
  ]

  /// - Parameter size: half of the shape's height.
  func markup(x: Double, y: Double, size: Double = 4) -> Markup {
    switch self {
    case .circle:
      return .element("circle", ["class": "mark", "cx": number(x), "cy": number(y), "r": number(size)])
    case .ring:
      return .element("circle", ["class": "mark hollow", "cx": number(x), "cy": number(y), "r": number(size)])
    default:
      let path = corners.enumerated().map { index, corner in
        (index == 0 ? "M" : "L") + number(x + corner.x * size) + " " + number(y + corner.y * size)
      }
      return .element("path", ["class": "mark", "d": path.joined() + "Z"])
    }
  }

  /// Around the middle, y downwards.
  private var corners: [(x: Double, y: Double)] {
    switch self {
    case .circle, .ring: []
    case .square: [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
    case .triangle: [(0, -1.2), (1.1, 0.9), (-1.1, 0.9)]
    case .diamond: [(0, -1.3), (1.1, 0), (0, 1.3), (-1.1, 0)]
    case .wedge: [(0, 1.2), (1.1, -0.9), (-1.1, -0.9)]
    case .star:
      [
        (0, -1.5), (0.36, -0.5), (1.43, -0.46), (0.59, 0.19), (0.88, 1.21), (0, 0.62), (-0.88, 1.21), (-0.59, 0.19),
        (-1.43, -0.46), (-0.36, -0.5),
      ]
    case .cross:
      [
        (-1.2, -0.6), (-0.6, -1.2), (0, -0.6), (0.6, -1.2), (1.2, -0.6), (0.6, 0), (1.2, 0.6), (0.6, 1.2), (0, 0.6),
        (-0.6, 1.2), (-1.2, 0.6), (-0.6, 0),
      ]
    case .pentagon: [(0, -1.2), (1.14, -0.37), (0.71, 0.97), (-0.71, 0.97), (-1.14, -0.37)]
    case .bar: [(-1.3, -0.5), (1.3, -0.5), (1.3, 0.5), (-1.3, 0.5)]
    case .hourglass: [(-1.1, -1.1), (1.1, -1.1), (-1.1, 1.1), (1.1, 1.1)]
    }
  }
}

/// A coordinate, to a hundredth.
func number(_ value: Double) -> String {
  let rounded = (value * 100).rounded() / 100
  return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
}
