// A result as one HTML page that needs nothing beside itself: no font, no network, and its one script only for tips. What
// each part shows is said in its own file; here is their order.

package import Results
internal import Statistics

package struct ReportPage {
  let answer: RunAnswer
  let thresholds: ThresholdFigures
  let styles: [ArmStyle]
  private let saturation: Saturation

  var result: RunResult { answer.result }
  var summary: RunSummary { answer.summary }
  var decay: DecayFigures { answer.decay }
  var attribution: Attribution { answer.attribution }

  package init(_ result: RunResult) { self.init(result, RunSummary(result)) }

  /// - Parameter summary: of this result, for who has it already.
  init(_ result: RunResult, _ summary: RunSummary) {
    answer = RunAnswer(result, summary)
    thresholds = ThresholdFigures(summary: summary, decay: answer.decay, attribution: answer.attribution)
    saturation = Saturation(result)
    styles = ArmStyle.styles(of: result.arms, baseline: summary.baseline)
  }

  /// The whole document.
  package var html: String {
    let head = Self.head(title: title, styles: [PageStyle.sheet, PageStyle.choices(armCount: styles.count)])
    let sections = sections
    let more = Markup.element(
      "details", ["id": "more", "class": "more"],
      [.element("summary", text: "More: what has no interval, and the settings")] + rest)
    let answer = AnswerSection(page: self).markup
    let main = Markup.element("main", [:], [answer, contents(sections + rest)] + sections + [more])
    let body = Markup.element("body", [:], [header, main, footer, PageScript.markup])
    return Self.document([head, body])
  }

  static func document(_ children: [Markup]) -> String {
    "<!doctype html>\n" + Markup.element("html", ["lang": "en"], children).source + "\n"
  }

  static func head(title: String, styles: [Markup]) -> Markup {
    .element(
      "head", [:],
      [
        .element("meta", ["charset": "utf-8"]),
        .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("meta", ["http-equiv": "Content-Security-Policy", "content": policy]),
        .element("meta", ["name": "color-scheme", "content": "light dark"]),
        .element("link", ["rel": "icon", "href": "data:,"]),
        .element("title", text: title),
      ] + styles.map { .element("style", [:], [$0]) })
  }

  /// Nothing is loaded from anywhere and no script runs but the page's own, whatever the result says.
  private static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '\(PageScript.hash)'"

  private var title: String { "ctxchain report, \(result.startedAt)" }

  /// Links to the sections that the page has, and to the files that lie beside it.
  private func contents(_ sections: [Markup]) -> Markup {
    let titles = sections.compactMap(\.heading).map { Markup.element("a", ["href": "#" + $0.id], text: $0.title) }
    let files = ReportFolder.tableNames.map { Markup.element("a", ["href": $0], text: $0) }
    return .element(
      "nav", ["class": "contents", "aria-label": "Contents"],
      [.element("p", [:], titles), .element("p", [:], [.text("Beside this page: ")] + files)])
  }

  private var sections: [Markup] {
    [
      AddedCostSection(page: self).markup, choices, DecaySection(page: self).markup,
      FidelitySection(page: self).markup, SlopeSection(page: self).markup, ConcurrencySection(page: self).markup,
      ComparisonSection(page: self).markup, VerdictSection(page: self).markup,
    ]
  }

  /// What has no interval to be judged by.
  private var rest: [Markup] {
    [
      DecaySection(page: self).rest, SemanticsSection(page: self).markup, InProcessSection(page: self).markup,
      ThresholdSection(page: self).markup, StageSection(page: self).markup, PercentileSection(page: self).markup,
      TopologySection(page: self).markup, NodeSection(page: self).markup, ContextSection(page: self).markup,
      SettingsSection(page: self).markup,
    ]
  }

  private var header: Markup {
    .element(
      "header", [:],
      [
        .element("h1", [:], [.text("ctxchain"), .element("span", text: "what the context costs, and what it loses")]),
        .element("p", ["class": "command"], [.element("code", text: result.commandLine.joined(separator: " "))]),
      ])
  }

  private var footer: Markup {
    .element(
      "footer", [:],
      [
        .element(
          "p",
          text: "Made from the result's JSON alone. Lines are medians over the rounds, percentiles those of all rounds "
            + "merged. Intervals are \(bandName). Tables under “Numbers” are in the units of the JSON, unrounded.")
      ])
  }

  /// A key to all figures, and switches that hide an arm in each of them.
  private var choices: Markup {
    let switches = styles.map { style in
      Markup.element(
        "label", ["class": style.classes],
        [
          .element("input", ["type": "checkbox", "id": "show-\(style.index)", "checked": ""]),
          .element(
            "svg", ["viewBox": "0 0 34 14", "width": "34", "height": "14", "aria-hidden": "true"],
            [
              .element("path", ["class": "line", "d": "M0 7L34 7", "stroke-dasharray": style.dashes]),
              style.marker.markup(x: 17, y: 7),
            ]), .element("span", text: style.name),
        ])
    }
    return .element("section", ["class": "key", "aria-label": "Arms"], switches + signs)
  }

  /// What the signs on points mean, those that there are.
  private var signs: [Markup] {
    let seen = DecaySection.metrics.reduce(into: PointSign.none) { seen, metric in
      for arm in summary.arms {
        for row in arm.rows { seen.formUnion(sign(metric, arm: arm.arm.name, depth: row.depth)) }
      }
    }
    let words =
      (seen.contains(.unjudged) ? ["hollow: " + PointSign.unjudgedWords] : [])
      + (seen.contains(.saturated) ? ["↑ " + PointSign.saturatedWords] : [])
    return words.map { .element("span", ["class": "signs"], text: $0) }
  }

  /// What a point over depth must be read with.
  func sign(_ metric: Metric, arm: String, depth: Int) -> PointSign {
    let row = summary.arm(named: arm)?.row(depth: depth)
    var sign: PointSign
    switch metric {
    case .cpuPerHop, .cpuPerRequest: sign = PointSign(row?.cpuComparison?.verdict)
    case .throughput: sign = PointSign(row?.throughputComparison?.verdict)
    case .p50: sign = PointSign(row?.p50Comparison?.verdict)
    case .p99: sign = PointSign(row?.p99Comparison?.verdict)
    default: sign = .none
    }
    let percentile = metric == .p50 ? row?.p50 : metric == .p99 ? row?.p99 : nil
    if let percentile, saturation.has(arm, depth: depth) || (row?.leastUnfinished ?? .max) <= percentile {
      sign.insert(.saturated)
    }
    return sign
  }

  var bandName: String { RoundBand.name(roundCount: summary.roundCount) }

  func style(of arm: String) -> ArmStyle? { styles.first { $0.name == arm } }

  /// Behind a value: a difference that may be claimed.
  static func words(_ verdict: Comparison.Verdict?) -> String {
    verdict == .difference || verdict == .indicated ? ", \(verdict!.words)" : ""
  }

  static func section(_ id: String, _ title: String, _ lead: String?, _ children: [Markup]) -> Markup {
    let leads = lead.map { [Markup.element("p", ["class": "lead"], text: $0)] } ?? []
    var section = Markup.element("section", ["id": id], [.element("h2", text: title)] + leads + children)
    section.heading = (id, title)
    return section
  }
}
