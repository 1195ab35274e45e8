// A topology as boxes in layers, arrows between them, and in each box a bar per arm. It knows nothing of what the bars
// mean.

struct GraphDrawing {
  struct Bar {
    let style: ArmStyle
    /// 0…1.
    let ratio: Double
    let text: String
  }

  struct Box {
    let name: String
    let bars: [Bar]
  }

  let title: String
  let graph: LayeredGraph
  /// By number of the service.
  let boxes: [Box]

  private static let boxWidthMin = 176.0
  /// Of a letter of a name, in bold; a wide one.
  private static let letterWidth = 7.4
  private static let headHeight = 24.0
  private static let barHeight = 15.0
  /// More layers than this run downwards instead of to the right.
  private static let columnCountMax = 6

  func markup() -> Markup {
    let frame = Frame(drawing: self)
    var pieces = [Markup.element("title", text: title), Self.arrowHead]
    pieces.append(frame.client())
    pieces += graph.edges.map(frame.edge)
    pieces += boxes.indices.map(frame.box)
    return .element(
      "svg",
      [
        "class": "graph", "viewBox": "0 0 \(number(frame.width)) \(number(frame.height))", "role": "img",
        "aria-label": title, "style": "max-width:\(number(frame.width))px",
      ], pieces)
  }

  private static let arrowHead = Markup.element(
    "defs", [:],
    [
      .element(
        "marker",
        [
          "id": "arrow", "viewBox": "0 0 8 8", "refX": "7", "refY": "4", "markerWidth": "8", "markerHeight": "8",
          "orient": "auto-start-reverse", "markerUnits": "userSpaceOnUse",
        ], [.element("path", ["d": "M0 0L8 4L0 8Z", "class": "arrow"])])
    ])
}

extension GraphDrawing {
  private struct Frame {
    let drawing: GraphDrawing
    let isDownwards: Bool
    let boxHeight: Double
    /// As wide as the longest name needs.
    let boxWidth: Double
    let width: Double
    let height: Double
    /// Upper left corner of each service.
    private var corners: [(x: Double, y: Double)]

    private static let clientSize = 62.0
    private static let margin = 8.0

    init(drawing: GraphDrawing) {
      self.drawing = drawing
      let layers = drawing.graph.layers
      let barCount = drawing.boxes.map(\.bars.count).max() ?? 0
      isDownwards = layers.count > columnCountMax
      boxWidth = max(boxWidthMin, 20 + letterWidth * Double(drawing.boxes.map(\.name.count).max() ?? 0))
      boxHeight = headHeight + barHeight * Double(barCount) + (barCount > 0 ? 8 : 4)
      let widest = Double(layers.map(\.count).max() ?? 1)
      let gap = drawing.graph.edges.isEmpty ? 34.0 : 38
      let along = isDownwards ? boxHeight + gap : boxWidth + gap
      let across = isDownwards ? boxWidth + 26 : boxHeight + 26
      let start = Self.margin + (isDownwards ? 22 : Self.clientSize) + gap
      // Room for the arrows that lead back.
      let extra = drawing.graph.backEdges.isEmpty ? 0.0 : 46
      let alongSize = start + along * Double(layers.count) - gap + Self.margin
      let acrossSize = across * widest - 26 + 2 * Self.margin + extra
      width = isDownwards ? max(acrossSize, 200) : alongSize
      height = isDownwards ? alongSize : acrossSize
      corners = [(x: Double, y: Double)](repeating: (0, 0), count: drawing.boxes.count)
      for (number, layer) in layers.enumerated() {
        for (place, service) in layer.enumerated() {
          let first = start + along * Double(number)
          // Every layer takes the whole breadth, so that callers stand in the middle of their callees.
          let middle = (Double(place) + 0.5) / Double(layer.count) * (across * widest)
          let second = Self.margin - 13 + middle - (across - 26) / 2
          corners[service] = isDownwards ? (second, first) : (first, second)
        }
      }
    }

    func client() -> Markup {
      guard let entry = drawing.graph.layers.first?.first else { return .nothing }
      let target = entrance(entry)
      let x = isDownwards ? target.x - Self.clientSize / 2 : Self.margin
      let y = isDownwards ? Self.margin : target.y - 11
      let start = isDownwards ? (x: target.x, y: y + 22) : (x: x + Self.clientSize, y: target.y)
      return .element(
        "g", ["class": "client"],
        [
          .element(
            "rect",
            ["x": number(x), "y": number(y), "width": number(Self.clientSize), "height": "22", "rx": "11"]),
          .element(
            "text",
            ["x": number(x + Self.clientSize / 2), "y": number(y + 11), "dy": "0.35em", "text-anchor": "middle"],
            text: "client"),
          arrow(from: start, to: target),
        ])
    }

    func edge(_ edge: LayeredGraph.Edge) -> Markup {
      let names = "\(drawing.boxes[edge.from].name) → \(drawing.boxes[edge.to].name)"
      guard drawing.graph.backEdges.contains(edge) else {
        return .element(
          "g", [:], [.element("title", text: names), arrow(from: exit(edge.from), to: entrance(edge.to))])
      }
      let from = corners[edge.from]
      let to = corners[edge.to]
      let path: String
      if isDownwards {
        let (startY, endY) = (from.y + boxHeight / 2, to.y + boxHeight / 2 + (edge.from == edge.to ? -10 : 0))
        let side = max(from.x, to.x) + boxWidth
        path = curve(
          [(from.x + boxWidth, startY), (side + 40, startY), (side + 40, endY), (to.x + boxWidth, endY)])
      } else {
        let (startX, endX) = (from.x + boxWidth / 2, to.x + boxWidth / 2 - (edge.from == edge.to ? 40 : 0))
        let side = max(from.y, to.y) + boxHeight
        path = curve([(startX, from.y + boxHeight), (startX, side + 40), (endX, side + 40), (endX, to.y + boxHeight)])
      }
      return .element(
        "g", [:],
        [
          .element("title", text: names + ", back"),
          .element("path", ["class": "edge back", "d": path, "marker-end": "url(#arrow)"]),
        ])
    }

    func box(_ service: Int) -> Markup {
      let corner = corners[service]
      let box = drawing.boxes[service]
      var pieces = [
        Markup.element("title", text: box.name),
        .element(
          "rect",
          [
            "x": number(corner.x), "y": number(corner.y), "width": number(boxWidth), "height": number(boxHeight),
            "rx": "6",
          ]),
        .element("text", ["class": "name", "x": number(corner.x + 10), "y": number(corner.y + 17)], text: box.name),
      ]
      for (index, bar) in box.bars.enumerated() {
        pieces.append(self.bar(bar, x: corner.x + 10, y: corner.y + headHeight + barHeight * Double(index)))
      }
      return .element("g", ["class": "service"], pieces)
    }

    private func bar(_ bar: Bar, x: Double, y: Double) -> Markup {
      let room = boxWidth - 20 - 16 - 46
      return .element(
        "g", ["class": bar.style.classes],
        [
          .element("title", text: "\(bar.style.name): \(bar.text)"),
          bar.style.marker.markup(x: x + 5, y: y + 7, size: 3.4),
          .element(
            "rect",
            [
              "class": "share", "x": number(x + 16), "y": number(y + 2.5),
              "width": number(max(0.5, room * min(1, max(0, bar.ratio)))), "height": "9",
            ]),
          .element(
            "text",
            ["class": "value", "x": number(x + boxWidth - 20), "y": number(y + 11), "text-anchor": "end"],
            text: bar.text),
        ])
    }

    private func entrance(_ service: Int) -> (x: Double, y: Double) {
      let corner = corners[service]
      return isDownwards ? (corner.x + boxWidth / 2, corner.y) : (corner.x, corner.y + boxHeight / 2)
    }

    private func exit(_ service: Int) -> (x: Double, y: Double) {
      let corner = corners[service]
      return isDownwards
        ? (corner.x + boxWidth / 2, corner.y + boxHeight) : (corner.x + boxWidth, corner.y + boxHeight / 2)
    }

    private func arrow(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) -> Markup {
      let middle = isDownwards ? (start.y + end.y) / 2 : (start.x + end.x) / 2
      let path =
        isDownwards
        ? curve([start, (start.x, middle), (end.x, middle), end])
        : curve([start, (middle, start.y), (middle, end.y), end])
      return .element("path", ["class": "edge", "d": path, "marker-end": "url(#arrow)"])
    }

    private func curve(_ points: [(x: Double, y: Double)]) -> String {
      let texts = points.map { number($0.x) + " " + number($0.y) }
      return "M\(texts[0])C\(texts[1]) \(texts[2]) \(texts[3])"
    }
  }
}
