// The first view: which strategy, how much, how sure, what is lost, without scrolling. The figures and words are those of
// the text's first screen.

internal import Results
internal import Statistics

struct AnswerSection {
  let page: ReportPage

  var markup: Markup {
    let answer = page.answer
    let costs = AnswerTable(page: page).markup
    let beside = [depths, words].filter { !$0.source.isEmpty }
    return .element(
      "section", ["id": "answer"],
      [
        .element("p", ["class": "setting"], text: answer.setting + "; " + answer.place),
        .element("p", ["class": "finding"], text: answer.findings.sentences.joined(separator: " ")),
        trust.markup, costs, .element("div", ["class": "split"], beside),
      ])
  }

  private var trust: TrustLine {
    TrustLine(grade: page.answer.trust, doubts: page.answer.doubts, flags: flags)
  }

  private var flags: [String] {
    let settings = page.result.settings
    let interrupted =
      page.result.interrupted ? ["interrupted after \(settings.rounds) of \(settings.roundsPlanned) rounds"] : []
    return interrupted + (page.result.exitStatus == 0 ? [] : ["exit status \(page.result.exitStatus)"])
  }

  private var depths: Markup {
    guard let table = page.answer.depths() else { return .nothing }
    return .element("div", ["class": "decay"], [.element("h3", text: table.title), page.table(table)])
  }

  private var words: Markup {
    let answer = page.answer
    return Self.list([
      ("wire", Self.sentences(answer.wires)), ("means", Self.sentences(answer.meaning)),
      ("where", Self.sentences(answer.places)),
      ("resolves", Self.sentences(answer.resolution)),
      ("next", Self.steps(answer.next.filter { $0.command != "ctxchain report" })),
    ])
  }

  private static func sentences(_ sentences: [String]) -> Markup { .text(sentences.joined(separator: " ")) }

  static func steps(_ steps: [(command: String, purpose: String)]) -> Markup {
    .element(
      "ul", ["class": "steps"],
      steps.map { .element("li", [:], [.element("code", text: $0.command), .element("span", text: " " + $0.purpose)]) })
  }

  /// Labels with what they say; those that say nothing are left out.
  static func list(_ entries: [(label: String, content: Markup)]) -> Markup {
    let shown = entries.filter { !$0.content.source.isEmpty }
    return .element(
      "dl", ["class": "words"],
      shown.flatMap { [Markup.element("dt", text: $0.label), .element("dd", [:], [$0.content])] })
  }
}
