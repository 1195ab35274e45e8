// How far a result may be trusted: a sign, a word and the reasons, never colour alone.

internal import Results

struct TrustLine {
  let grade: RunAnswer.Trust
  /// Sentences, what matters most first.
  let doubts: [String]
  /// What happened to the run as a whole.
  let flags: [String]

  /// Letters that are shown at once; the sentences beyond open.
  private static let sizeMax = 420

  var markup: Markup {
    var size = 0
    let count = doubts.prefix { doubt in
      defer { size += doubt.count }
      return size < Self.sizeMax
    }.count
    let rest = doubts.dropFirst(count).map { Markup.element("p", text: $0) }
    let shown = Markup.element(
      "p", [:],
      [.element("strong", text: word)] + flags.map { .element("span", ["class": "flag"], text: $0) }
        + [.text(" " + doubts.prefix(count).joined(separator: " "))])
    let more = Markup.element(
      "details", ["class": "rest"],
      [.element("summary", text: NumberText.plural(rest.count, "more note"))] + rest)
    return .element(
      "div", ["class": "banner \(kind)"],
      [
        .element("span", ["class": "sign", "aria-hidden": "true"], text: sign),
        .element("div", [:], rest.isEmpty ? [shown] : [shown, more]),
      ])
  }

  private var word: String {
    switch grade {
    case .ok: "Trust: ok."
    case .low: "Trust: low."
    case .suspect: "Trust: suspect."
    case .nothingMeasured: "Nothing was measured."
    }
  }

  private var sign: String {
    switch grade {
    case .ok: "✓"
    case .low: "?"
    case .suspect: "!"
    case .nothingMeasured: "✕"
    }
  }

  private var kind: String {
    switch grade {
    case .ok: "ok"
    case .low, .suspect: "suspect"
    case .nothingMeasured: "invalid"
    }
  }
}
