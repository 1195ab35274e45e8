// What was run, where, and how, as the text report has it above its tables.

internal import Results

struct SettingsSection {
  let page: ReportPage

  var markup: Markup {
    let header = ReportHeader(result: page.result, summary: page.summary)
    let items = header.blocks.flatMap { block in
      [Markup.element("dt", text: block.label), .element("dd", text: block.pieces.joined(separator: "; "))]
    }
    return ReportPage.section("settings", "The run", nil, [.element("dl", ["class": "card wide settings"], items)])
  }
}
