// Where the time of a hop goes, and which part of it each strategy makes longer.

internal import Results
internal import Statistics
internal import Topology

struct StageSection {
  let page: ReportPage
  private var attribution: Attribution { page.attribution }

  /// Above this many services there is one bar per arm, and none per service.
  private static let detailedServiceCountMax = 16

  var markup: Markup {
    guard let first = attribution.rows.first else { return .nothing }
    let isDetailed = page.result.topology.services.count <= Self.detailedServiceCountMax
    let cards = [hopCard, addedCard] + (isDetailed ? [serviceCard] : [])
    return ReportPage.section(
      "stages", "Where the time goes at depth \(first.depth)",
      "One request under way, in a pass of its own with clocks in every node: \(clocks). Scheduling and wait is what an "
        + "edge takes beside the CPU time of its writes. Middle of "
        + "\(NumberText.plural(attribution.roundCount, "round")).",
      cards.map(\.markup))
  }

  private var clocks: String {
    let ratios = attribution.rows.compactMap { $0.clockedThroughput?.median }
    guard let least = ratios.min(), let most = ratios.max() else { return "what they cost is not known" }
    return "they leave \(NumberText.percent(least)) to \(NumberText.percent(most)) % of the throughput"
  }

  private var hopCard: FigureCard {
    FigureCard(
      id: "figure-stages", title: "One hop", caption: "Mean over all services of the path, per delivery.",
      picture: StackedBars(
        title: "Parts of a hop's time, per arm", xTitle: "µs per hop", parts: TimeGroup.allCases.map(\.title),
        rows: attribution.rows.map { row in bar(row.arm, row.time) }, text: AxisText.microseconds
      ).markup(),
      numbers: FigureCard.NumberTable(
        columns: ["arm", "whole, ns"] + TimePart.allCases.map(\.title) + ["unexplained", "on / off"],
        wordColumnCount: 1,
        rows: attribution.rows.map { row in
          [row.arm] + numbers(row.time) + [ExactText.number(row.clockedThroughput?.median)]
        }), isWide: true)
  }

  /// The attribution of differences; the picture is the table itself.
  private var addedCard: FigureCard {
    let added = attribution.rows.compactMap { row in row.added.map { (row, $0) } }
    let shown = StageTable.shownParts(attribution)
    let table = FigureCard.NumberTable(
      columns: ["arm", "whole, µs", "in rounds"] + shown.map(\.title) + ["unexplained", "without clocks"],
      wordColumnCount: 1,
      rows: added.map { row, time in
        [row.arm, NumberText.microseconds(time.whole), StageTable.range(row)] + StageTable.cells(row, shown)
          + [NumberText.microseconds(row.addedWithoutClocks?.median)]
      })
    return FigureCard(
      id: "figure-attribution", title: "What each strategy adds to a hop, and where",
      caption: "Against the baseline in the same round. The parts add up to the whole; what they leave is unexplained. "
        + "≈ 0 is a part of which the rounds do not tell whether it grew. The control arm shows how much of this is noise. Without clocks: the same difference in trials without them.",
      picture: .element("div", ["class": "scroll comparison"], [table.markup]),
      numbers: FigureCard.NumberTable(
        columns: ["arm", "whole, ns"] + TimePart.allCases.map(\.title) + ["unexplained", "without clocks"],
        wordColumnCount: 1,
        rows: added.map { row, time in
          [row.arm] + numbers(time) + [ExactText.number(row.addedWithoutClocks?.median)]
        }), isWide: true)
  }

  private var serviceCard: FigureCard {
    let arms = attribution.rows.compactMap { row in
      HopTimes(page.result, arm: row.arm).map { (arm: row.arm, times: $0) }
    }
    return FigureCard(
      id: "figure-hops", title: "Hop by hop",
      caption:
        "Per client request: what each service takes, and the edge that leads to it. Edges that several services "
        + "share stand in a row of their own.",
      picture: StackedBars(
        title: "Parts of a request's time, per arm and service", xTitle: "µs per request",
        parts: TimeGroup.allCases.map(\.title),
        rows: arms.flatMap { arm in
          arm.times.rows.enumerated().map { index, row in
            var bar = bar(row.name, row.time)
            if index == 0 { bar.heading = arm.arm }
            return bar
          }
        }, text: AxisText.microseconds, rowHeight: 17
      ).markup(),
      numbers: FigureCard.NumberTable(
        columns: ["arm", "service", "sum, ns"] + TimePart.allCases.map(\.title), wordColumnCount: 2,
        rows: arms.flatMap { arm in
          arm.times.rows.map { row in [arm.arm, row.name] + numbers(row.time).dropLast() }
        }), isWide: true)
  }

  private func bar(_ name: String, _ time: TimeParts) -> StackedBars.Row {
    StackedBars.Row(
      name: name, values: TimeGroup.allCases.map { $0.nanoseconds(time) },
      text: NumberText.microseconds(time.whole) + " µs")
  }

  /// The whole, every part, what is left over.
  private func numbers(_ time: TimeParts) -> [String] {
    ([time.whole] + time.parts + [time.unexplained]).map { ExactText.number($0) }
  }
}
