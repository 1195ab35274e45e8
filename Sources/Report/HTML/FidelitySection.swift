// What arrives of the context: keys and bytes over depth, and the edges that lose something, by name.

internal import Results
internal import Statistics

struct FidelitySection {
  let page: ReportPage
  private let decay: FidelityDecay

  init(page: ReportPage) {
    self.page = page
    decay = FidelityDecay(page.result)
  }

  var markup: Markup {
    guard !decay.arms.isEmpty else { return .nothing }
    let curves = [
      card("keys", "Keys that arrive", "keys", \.keptKeyRatio),
      card("bytes", "Bytes that arrive", "bytes", \.keptByteRatio),
    ]
    return ReportPage.section(
      "fidelity", "What arrives of the context",
      "As the services sent it back, of what a strategy that loses nothing would deliver there. Trace id, span id, flags "
        + "and tracestate count as keys; a key that changes its type or value has not arrived.",
      [.element("div", ["class": "grid2"], curves.map(\.markup)), edgeCard.markup])
  }

  private func card(
    _ id: String, _ title: String, _ noun: String, _ ratio: @escaping (ContextLoss) -> Double?
  ) -> FigureCard {
    FigureCard(
      id: "figure-fidelity-\(id)", title: title, caption: "Percent of the \(noun). Below 100 something is lost.",
      picture: decay.depths.count > 1 ? lines(title, ratio) : rows(title, ratio),
      numbers: FigureCard.NumberTable(
        columns: ["arm", "depth", "contexts", noun, "\(noun) kept", "lost at this depth"], wordColumnCount: 1,
        rows: decay.arms.flatMap { arm in
          arm.byDepth.map { place in
            let loss = place.loss
            let counts = id == "keys" ? [loss.keys, loss.keysKept] : [loss.bytes, loss.bytesKept]
            return [arm.name, "\(place.depth)", "\(loss.contexts)"] + counts.map { "\($0)" }
              + [loss.words]
          }
        }))
  }

  private func lines(_ title: String, _ ratio: (ContextLoss) -> Double?) -> Markup {
    let curves = page.styles.compactMap { style -> LineChart.Curve? in
      guard let arm = decay.arms.first(where: { $0.name == style.name }) else { return nil }
      let points = decay.depths.compactMap { depth -> LineChart.Point? in
        guard let loss = arm.loss(depth: depth), let kept = ratio(loss) else { return nil }
        return LineChart.Point(
          x: Double(depth), y: 100 * kept,
          note: "\(arm.name), depth \(depth): \(NumberText.share(kept)) %, counted exactly; \(loss.words)")
      }
      return LineChart.Curve(style: style, points: points)
    }
    var chart = LineChart(
      title: "\(title), percent over depth, per arm", xTitle: "depth", yTitle: "%",
      xTicks: decay.shownDepths.map { (value: Double($0), label: "\($0)") }, curves: curves)
    chart.yKind = .linear
    return chart.markup()
  }

  private func rows(_ title: String, _ ratio: (ContextLoss) -> Double?) -> Markup {
    let rows = page.styles.compactMap { style -> RangeChart.Row? in
      guard let arm = decay.arms.first(where: { $0.name == style.name }), let depth = decay.depths.last,
        let kept = arm.loss(depth: depth).flatMap(ratio)
      else { return nil }
      let text = NumberText.share(kept) + " %"
      return RangeChart.Row(style: style, value: 100 * kept, text: text, note: "\(arm.name): \(text), counted exactly")
    }
    var chart = RangeChart(title: "\(title), percent, per arm", xTitle: "%", rows: rows)
    chart.xKind = .linear
    return chart.markup()
  }

  private var edgeCard: FigureCard {
    let lossy = decay.lossyEdges
    let faithful = decay.arms.map(\.name).filter { name in !lossy.contains { $0.arm == name } }
    let table = FigureCard.NumberTable(
      columns: ["arm", "edge", "what is lost there", "keys", "bytes, %"], wordColumnCount: 3,
      rows: lossy.map { edge in
        [
          edge.arm, edge.name, edge.first.loss.words, edge.first.loss.keysInWords,
          NumberText.share(edge.first.loss.keptByteRatio),
        ]
      })
    let isOneTransport = decay.arms.flatMap(\.byEdge).haveOneTransport
    let names = faithful.isEmpty ? "" : " No edge of " + faithful.joined(separator: ", ") + " loses anything."
    return FigureCard(
      id: "figure-fidelity-edges", title: "Where it is lost",
      caption: "Per edge, what arrives of what left the caller; what services set on the way counts too." + names,
      picture: lossy.isEmpty ? .nothing : .element("div", ["class": "scroll"], [table.markup]),
      numbers: FigureCard.NumberTable(
        columns: ["arm", "caller", "callee", "propagator"] + (isOneTransport ? [] : ["transport"])
          + ["contexts", "keys", "keys kept", "bytes", "bytes kept"],
        wordColumnCount: isOneTransport ? 4 : 5,
        rows: decay.arms.flatMap { arm in
          arm.byEdge.map { edge in
            [arm.name, edge.caller, edge.callee, edge.propagator] + (isOneTransport ? [] : [edge.transportName])
              + [
                edge.loss.contexts, edge.loss.keys, edge.loss.keysKept, edge.loss.bytes, edge.loss.bytesKept,
              ].map { "\($0)" }
          }
        }), isWide: true)
  }
}
