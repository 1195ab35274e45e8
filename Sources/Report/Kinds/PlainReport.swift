// The report of what has no page of figures: texts under titles, as plain text, Markdown and HTML. It computes nothing.

internal import Results

struct PlainReport {
  struct Part {
    let title: String
    let text: String
  }

  let title: String
  let parts: [Part]
  /// The first view of the page, before the texts.
  var head = Markup.nothing

  var text: String {
    parts.map { parts.count > 1 ? $0.title + "\n\n" + $0.text : $0.text }.joined(separator: "\n")
  }

  var markdown: String {
    let blocks = parts.flatMap { part in
      // Longer than any run of backquotes inside.
      ["## " + MarkdownReport.escaped(part.title), "````````text\n" + part.text + "````````"]
    }
    return (["# " + MarkdownReport.escaped(title)] + blocks).joined(separator: "\n\n") + "\n"
  }

  var html: String {
    let styles = ReportPage.head(title: title, styles: [PageStyle.sheet])
    let sections = parts.map { part in
      Markup.element(
        "section", [:],
        [
          .element("h2", text: part.title),
          .element("div", ["class": "card wide scroll"], [.element("pre", text: part.text)]),
        ])
    }
    let header = Markup.element("header", [:], [.element("h1", text: title)])
    let body = Markup.element("body", [:], [header, .element("main", [:], [head] + sections), PageScript.markup])
    return ReportPage.document([styles, body])
  }
}

extension PlainReport {
  /// Of a document that has no run.
  init(_ document: ReportedDocument) {
    title = "ctxchain \(document.kind)"
    parts = [Part(title: document.path, text: document.tables)]
    head = document.comparison.map { ComparisonHead($0).markup } ?? .nothing
  }

  /// Two runs: what became different, then each by itself.
  ///
  /// - Throws: `NotComparable` where a document has no run.
  init(_ a: ReportedDocument, _ b: ReportedDocument, toolVersion: String, commandLine: [String]) throws(NotComparable) {
    func run(_ document: ReportedDocument) throws(NotComparable) -> RunResult {
      guard let run = document.run else {
        throw NotComparable(
          description: "\(document.path): expected a result of chain, run or compare, because only those can be put "
            + "beside each other, got one of kind \(document.kind)")
      }
      return run
    }
    let runs = (a: try run(a), b: try run(b))
    let compared: String
    do throws(ResultPairing.NoPair) {
      let pairing = try ResultPairing(
        ResultPairing.File(path: a.path, result: runs.a), ResultPairing.File(path: b.path, result: runs.b),
        arm: nil, depth: nil)
      let comparison = ComparisonDocument(pairing, gates: [], toolVersion: toolVersion, commandLine: commandLine)
      compared = ComparisonText.render(comparison)
      head = ComparisonHead(comparison).markup
    } catch {
      compared = "These two cannot be compared: \(error)\n"
    }
    title = "ctxchain: two runs"
    parts = [
      Part(title: "B against A", text: compared), Part(title: "A: \(a.path)", text: a.text()),
      Part(title: "B: \(b.path)", text: b.text()),
    ]
  }
}

/// Kinds of results that nothing is said of together. One line.
package struct NotComparable: Error, CustomStringConvertible {
  package let description: String
}
