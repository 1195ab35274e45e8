// Curves of all arms over one quantity, with an interval at every point that has one, markers and a label at the end of
// each curve, as SVG. It knows nothing of what it shows.

struct LineChart {
  struct Point: Equatable {
    let x: Double
    let y: Double
    /// The interval; nil where there is none.
    var band: ClosedRange<Double>?
    /// Shown when the pointer rests on the point.
    var note = ""
    var sign = PointSign.none
  }

  struct Curve {
    let style: ArmStyle
    let points: [Point]
  }

  /// A level that means something, drawn across.
  struct Level {
    let y: Double
    let label: String
  }

  /// What the figure shows, for readers who do not see it.
  let title: String
  let xTitle: String
  let yTitle: String
  var xKind = Scale.Kind.linear
  /// Marked values and what is written there, ascending.
  let xTicks: [(value: Double, label: String)]
  /// Where the axis ends; nil is the last mark.
  var xUpper: Double?
  var yKind: Scale.Kind?
  var yText: (Double) -> String = AxisText.short
  let curves: [Curve]
  var level: Level?
  var hasMarkers = true
  var width = 580.0
  var plotHeight = 250.0

  private static let labelGap = 15.0

  func markup() -> Markup {
    let frame = Frame(chart: self)
    var pieces = [Markup.element("title", text: title)]
    pieces += frame.grid() + frame.axisTitles()
    // The baseline comes first in the list and lies on top.
    for curve in curves.reversed() { pieces.append(frame.curve(curve)) }
    if let level { pieces.append(frame.level(level)) }
    return .element(
      "svg",
      [
        "class": "chart", "viewBox": "0 0 \(number(width)) \(number(frame.height))", "role": "img",
        "aria-label": title,
      ], pieces)
  }
}

extension LineChart {
  /// The chart's measures, worked out once.
  private struct Frame {
    let chart: LineChart
    let height: Double
    let left: Double
    let right: Double
    let top = 14.0
    let bottom: Double
    let x: Scale
    let y: Scale
    /// By how much the points of one curve lie to the right of those before it, so that intervals do not cover each other.
    let step: Double
    let labelPlaces: [Int: Double]
    let levelPlace: Double

    init(chart: LineChart) {
      self.chart = chart
      let shown = chart.curves.filter { !$0.points.isEmpty }
      let labels = shown.map { LineChart.labelText($0.style.name) } + (chart.level.map { [$0.label] } ?? [])
      let plotHeight = max(chart.plotHeight, Double(labels.count) * labelGap)
      let longest = labels.map(\.count).max() ?? 0
      left = 58
      right = chart.width - 40 - 6.6 * Double(longest)
      bottom = top + plotHeight
      height = bottom + 44
      let ticks = chart.xTicks.map(\.value)
      let hasBands = shown.contains { $0.points.contains { $0.band != nil } }
      let room = (right - left) / Double(max(1, ticks.count))
      step = hasBands ? min(5, 0.6 * room / Double(max(1, chart.curves.count))) : 0
      let margin = 10 + step * Double(max(0, chart.curves.count - 1)) / 2
      x = Scale(
        kind: chart.xKind, lower: ticks.first ?? 0, upper: chart.xUpper ?? ticks.last ?? 1, start: left + margin,
        end: right - margin, ticks: ticks)
      var values = chart.curves.flatMap { curve in
        curve.points.flatMap { point in [point.y] + (point.band.map { [$0.lowerBound, $0.upperBound] } ?? []) }
      }
      if let level = chart.level { values.append(level.y) }
      let kind = chart.yKind ?? Scale.kind(for: chart.curves.flatMap { $0.points.map(\.y) })
      y = Scale(fitting: values, kind: kind, start: bottom, end: top)
      let vertical = y
      var ends = shown.map { vertical.position($0.points.last?.y ?? 0) }
      if let level = chart.level { ends.append(y.position(level.y)) }
      let places = LabelColumn.places(ends, gap: labelGap, range: (top + 4)...bottom)
      labelPlaces = Dictionary(
        zip(shown.map(\.style.index), places), uniquingKeysWith: { first, _ in first })
      levelPlace = places.last ?? top
    }

    func grid() -> [Markup] {
      var pieces: [Markup] = []
      for tick in y.ticks {
        let place = number(y.position(tick))
        let kind = tick == 0 ? "grid zero" : "grid"
        pieces.append(
          .element("line", ["class": kind, "x1": number(left), "x2": number(right), "y1": place, "y2": place]))
        pieces.append(
          .element(
            "text", ["class": "tick", "x": number(left - 7), "y": place, "dy": "0.35em", "text-anchor": "end"],
            text: chart.yText(tick)))
      }
      var lastEnd = -Double.infinity
      for tick in chart.xTicks {
        let place = x.position(tick.value)
        pieces.append(
          .element(
            "line",
            [
              "class": "axis", "x1": number(place), "x2": number(place), "y1": number(bottom),
              "y2": number(bottom + 4),
            ]))
        let half = 3.4 * Double(tick.label.count)
        guard place - half > lastEnd + 4 else { continue }
        lastEnd = place + half
        pieces.append(
          .element(
            "text", ["class": "tick", "x": number(place), "y": number(bottom + 17), "text-anchor": "middle"],
            text: tick.label))
      }
      pieces.append(
        .element(
          "line",
          ["class": "axis", "x1": number(left), "x2": number(right), "y1": number(bottom), "y2": number(bottom)]))
      return pieces
    }

    func axisTitles() -> [Markup] {
      let scale = y.kind == .logarithmic ? ", logarithmic" : ""
      return [
        .element(
          "text",
          ["class": "axis-title", "x": number((left + right) / 2), "y": number(bottom + 36), "text-anchor": "middle"],
          text: chart.xTitle),
        .element(
          "text",
          [
            "class": "axis-title", "transform": "translate(13 \(number((top + bottom) / 2))) rotate(-90)",
            "text-anchor": "middle",
          ], text: chart.yTitle + scale),
      ]
    }

    func level(_ level: Level) -> Markup {
      let place = y.position(level.y)
      return .element(
        "g", ["class": "level"],
        [
          .element(
            "path", ["d": path([(left, place), (right, place), (right + 8, levelPlace), (right + 22, levelPlace)])]),
          .element("text", ["x": number(right + 26), "y": number(levelPlace), "dy": "0.35em"], text: level.label),
        ])
    }

    func curve(_ curve: Curve) -> Markup {
      guard let last = curve.points.last else { return .nothing }
      var pieces = [Markup.element("title", text: curve.style.name)]
      let places = curve.points.map { place($0, of: curve) }
      if places.count > 1 {
        pieces.append(
          .element(
            "path", ["class": "line", "d": path(places), "stroke-dasharray": curve.style.dashes]))
      }
      if chart.hasMarkers || places.count == 1 { pieces += curve.points.map { self.point($0, of: curve) } }
      if let labelPlace = labelPlaces[curve.style.index] {
        pieces += label(curve.style, from: place(last, of: curve), at: labelPlace)
      }
      return .element("g", ["class": curve.style.classes], pieces)
    }

    private func place(_ point: Point, of curve: Curve) -> (x: Double, y: Double) {
      let order = chart.curves.firstIndex { $0.style.index == curve.style.index } ?? 0
      return (x.position(point.x) + step * (Double(order) - Double(chart.curves.count - 1) / 2), y.position(point.y))
    }

    private func point(_ point: Point, of curve: Curve) -> Markup {
      let place = place(point, of: curve)
      var pieces = [Markup.element("title", text: point.note)]
      if let band = point.band {
        let ends = [band.lowerBound, band.upperBound].map { (x: place.x, y: y.position($0)) }
        pieces.append(.element("path", ["class": "whisker", "d": path(ends)]))
      }
      pieces.append(curve.style.marker.markup(x: place.x, y: place.y))
      if point.sign.contains(.saturated) { pieces.append(PointSign.arrow(x: place.x, y: place.y)) }
      return .element("g", ["class": point.sign.classes], pieces)
    }

    private func label(_ style: ArmStyle, from end: (x: Double, y: Double), at place: Double) -> [Markup] {
      let start = right + 8
      return [
        .element("path", ["class": "leader", "d": path([(end.x + 6, end.y), (right, end.y), (start, place)])]),
        style.marker.markup(x: start + 7, y: place),
        .element(
          "text", ["class": "label", "x": number(start + 16), "y": number(place), "dy": "0.35em"],
          text: LineChart.labelText(style.name)),
      ]
    }

    private func path(_ places: [(x: Double, y: Double)]) -> String {
      places.enumerated().map { ($0 == 0 ? "M" : "L") + number($1.x) + " " + number($1.y) }.joined()
    }
  }

  /// Cut where it would take too much of the figure.
  static func labelText(_ name: String) -> String {
    name.count <= 20 ? name : name.prefix(19) + "…"
  }
}
