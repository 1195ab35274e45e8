// Values with their intervals as pictures of one line each, for the rows of a table, on an axis that they have in common
// and that stands in the table's head. It knows nothing of what it shows.

internal import Results

struct IntervalBars {
  /// Below 6 rounds smallest to largest.
  typealias Value = (value: Double, band: ClosedRange<Double>?)

  private static let width = 300.0
  private static let height = 22.0
  /// Half of a marker.
  private static let margin = 14.0

  private let scale: Scale
  private let text: (Double) -> String

  /// nil without values.
  ///
  /// - Parameter text: of a place on the axis.
  init?(_ values: [Value], kind: Scale.Kind, text: @escaping (Double) -> String) {
    guard !values.isEmpty else { return nil }
    let ends = values.flatMap { [$0.value] + ($0.band.map { [$0.lowerBound, $0.upperBound] } ?? []) }
    scale = Scale(fitting: ends, kind: kind, start: Self.margin, end: Self.width - Self.margin)
    self.text = text
  }

  var axis: Markup {
    var pieces: [Markup] = []
    var lastEnd = -Double.infinity
    for tick in scale.ticks {
      let label = text(tick)
      let half = 3.9 * Double(label.count)
      let place = min(max(scale.position(tick), half), Self.width - half)
      guard place - half > lastEnd + 4 else { continue }
      lastEnd = place + half
      pieces.append(
        .element("text", ["class": "tick", "x": number(place), "y": "12", "text-anchor": "middle"], text: label))
    }
    return picture(height: 16, "interval axis", pieces)
  }

  /// - Parameters:
  ///   - value: nil leaves the row empty.
  ///   - noise: shaded; what is inside means nothing.
  func row(
    _ value: Value?, _ style: ArmStyle, noise: ClosedRange<Double>?, note: String, sign: PointSign
  ) -> Markup {
    var pieces: [Markup] = []
    let (top, bottom) = ("0", number(Self.height))
    if let noise {
      let start = scale.position(noise.lowerBound)
      let width = max(1, scale.position(noise.upperBound) - start)
      pieces.append(
        .element(
          "rect", ["class": "noise", "x": number(start), "y": top, "width": number(width), "height": bottom]))
    }
    for tick in scale.ticks {
      let place = number(scale.position(tick))
      let kind = tick == 0 ? "grid zero" : "grid"
      pieces.append(.element("line", ["class": kind, "x1": place, "x2": place, "y1": top, "y2": bottom]))
    }
    if let value { pieces.append(point(value, style, note, sign)) }
    return picture(height: Self.height, "interval", pieces)
  }

  private func point(_ value: Value, _ style: ArmStyle, _ note: String, _ sign: PointSign) -> Markup {
    let y = number(Self.height / 2)
    var pieces = [Markup.element("title", text: note)]
    if let band = value.band {
      pieces.append(
        .element(
          "line",
          [
            "class": "whisker", "x1": number(scale.position(band.lowerBound)),
            "x2": number(scale.position(band.upperBound)), "y1": y, "y2": y,
          ]))
    }
    pieces.append(style.marker.markup(x: scale.position(value.value), y: Self.height / 2, size: 5))
    return .element("g", ["class": style.classes], [.element("g", ["class": sign.classes], pieces)])
  }

  private func picture(height: Double, _ kind: String, _ pieces: [Markup]) -> Markup {
    .element(
      "svg",
      ["class": kind, "viewBox": "0 0 \(number(Self.width)) \(number(height))", "aria-hidden": "true"], pieces)
  }
}
