// The services, who calls whom, and how much of the work each does in every arm.

internal import Results
internal import Statistics
internal import Topology

struct TopologySection {
  let page: ReportPage

  /// Above this many services a box shows one arm only, so that the drawing stays readable.
  private static let detailedServiceCountMax = 16
  /// Above this many there is no drawing, only the table.
  private static let drawnServiceCountMax = 150

  var markup: Markup {
    let topology = page.result.topology
    guard !topology.services.isEmpty else { return .nothing }
    let shares = NodeShares(page.result)
    let shown = shownArms(shares)
    let isDrawn = topology.services.count <= Self.drawnServiceCountMax
    let picture =
      isDrawn
      ? GraphDrawing(
        title: "The topology, with each service's share", graph: LayeredGraph(topology),
        boxes: topology.services.map { service in
          GraphDrawing.Box(name: title(service), bars: service.external == nil ? bars(service.name, shares, shown) : [])
        }
      ).markup()
      : Markup.element(
        "p", ["class": "said"],
        text: "A drawing of \(topology.services.count) services would not be readable; the table has them.")
    let card = FigureCard(
      id: "figure-topology", title: NumberText.plural(topology.services.count, "service"),
      caption: caption(shares, shown), picture: .element("div", ["class": "scroll"], [picture]),
      numbers: numbers(shares), isWide: true)
    return ReportPage.section("topology", "Topology", nil, [card.markup])
  }

  private func title(_ service: Service) -> String {
    if service.external != nil { return "\(service.name) (external)" }
    return service.replicas > 1 ? "\(service.name) × \(service.replicas)" : service.name
  }

  private func shownArms(_ shares: NodeShares?) -> [ArmStyle] {
    guard let shares else { return [] }
    let measured = page.styles.filter { shares.shares[$0.name] != nil }
    guard page.result.topology.services.count > Self.detailedServiceCountMax else { return measured }
    return measured.first.map { [$0] } ?? []
  }

  private func caption(_ shares: NodeShares?, _ shown: [ArmStyle]) -> String {
    guard let shares else { return "No trial of the closed loop says what the nodes did." }
    let which = shown.count == 1 ? "with \(shown[0].name)" : "per arm"
    return
      "Share of the \(shares.quantity.name), \(which), at depth \(shares.depth), closed loop, all rounds together. Bars "
      + "are relative to the longest."
  }

  private func bars(_ service: String, _ shares: NodeShares?, _ shown: [ArmStyle]) -> [GraphDrawing.Bar] {
    let largest = shown.flatMap { shares?.shares[$0.name]?.values.map(\.ratio) ?? [] }.max() ?? 1
    return shown.map { style in
      let ratio = shares?.share(arm: style.name, service: service)?.ratio ?? 0
      return GraphDrawing.Bar(
        style: style, ratio: Statistics.ratio(ratio, largest) ?? 0, text: NumberText.percent(ratio) + " %")
    }
  }

  private func numbers(_ shares: NodeShares?) -> FigureCard.NumberTable {
    guard let shares else {
      return FigureCard.NumberTable(
        columns: ["service", "replicas"], wordColumnCount: 1,
        rows: page.result.topology.services.map { [$0.name, "\($0.replicas)"] })
    }
    return FigureCard.NumberTable(
      columns: ["service", "arm", shares.quantity.unit, "share"], wordColumnCount: 2,
      rows: page.result.topology.services.flatMap { service in
        page.styles.compactMap { style in
          shares.share(arm: style.name, service: service.name).map {
            [service.name, style.name, ExactText.number($0.amount), ExactText.number($0.ratio)]
          }
        }
      })
  }
}
