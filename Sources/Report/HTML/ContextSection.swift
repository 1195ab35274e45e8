// What crosses the wire per hop, and what of it arrives.

internal import Results
internal import Statistics

struct ContextSection {
  let page: ReportPage

  var markup: Markup {
    let bytes = DecaySection(page: page).card(.contextBytesPerHop).map { [$0.markup] } ?? []
    let fidelity = page.result.fidelity.isEmpty ? [] : [fidelityCard]
    guard !bytes.isEmpty || !fidelity.isEmpty else { return .nothing }
    return ReportPage.section(
      "context", "What is carried, and what arrives", nil,
      [.element("div", ["class": "grid2"], bytes + fidelity)])
  }

  private var fidelityCard: Markup {
    let rows = page.result.fidelity.map { fidelity in
      let word = Cell.fidelity(fidelity).shown
      let sign =
        switch fidelity.verdict {
        case .faithful: "✓ "
        case .lostAsDeclared: "◐ "
        case .mismatch: "✕ "
        case .notChecked: ""
        }
      return Markup.element(
        "tr", ["class": fidelity.verdict == .mismatch ? "bad" : nil],
        [
          .element("th", ["scope": "row"], text: fidelity.arm), .element("td", text: sign + word),
          .element("td", text: lost(fidelity)), .element("td", ["class": "number"], text: "\(fidelity.views)"),
        ])
    }
    let head = ["arm", "context", "keys lost", "contexts checked"].enumerated().map { index, title in
      Markup.element("th", ["scope": "col", "class": index == 3 ? "number" : nil], text: title)
    }
    return .element(
      "figure", ["id": "figure-fidelity", "class": "card"],
      [
        .element(
          "figcaption", [:],
          [
            .element("h3", text: "Fidelity"),
            .element(
              "p",
              text:
                "Whether every service saw what the strategy declares it would see. A declared loss is a property; a "
                + "mismatch is a fault."),
          ]),
        .element(
          "div", ["class": "scroll"],
          [
            .element(
              "table", ["class": "fidelity"],
              [.element("thead", [:], [.element("tr", [:], head)]), .element("tbody", [:], rows)])
          ]),
      ])
  }

  private func lost(_ fidelity: FidelityResult) -> String {
    var texts = fidelity.lostKeys.isEmpty ? [] : [fidelity.lostKeys.joined(separator: ", ")]
    if fidelity.verdict == .mismatch {
      texts.append(
        "first differs at \(fidelity.firstDifferingEdge ?? "an unknown edge"): expected "
          + "\(fidelity.expected ?? NumberText.missing), found \(fidelity.found ?? NumberText.missing)")
    }
    return texts.isEmpty ? NumberText.missing : texts.joined(separator: "; ")
  }
}
