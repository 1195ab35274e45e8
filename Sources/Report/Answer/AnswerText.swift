// A run's answer on one screen. It decides what is left out when there is more.

package import Results
internal import Statistics

package enum AnswerText {
  /// - Parameter width: of the screen.
  package static func render(_ result: RunResult, width: Int = Screen.widths.upperBound) -> String {
    render(RunAnswer(result, RunSummary(result)), width: width)
  }

  /// First rows of the depths are left out, those of the cheapest arms before others but for the first, then rows of costs.
  static func render(_ answer: RunAnswer, width: Int = Screen.widths.upperBound) -> String {
    let screen = Screen(width: width)
    let count = answer.arms.count
    let choices = (0...count).reversed().map { (count, $0) } + (0..<count).reversed().map { ($0, 0) }
    return Screen.text(choices.lazy.map { lines(answer, screen, costCount: $0.0, depthCount: $0.1) })
  }

  private static func lines(_ answer: RunAnswer, _ screen: Screen, costCount: Int, depthCount: Int) -> [String] {
    var lines = screen.words("ctxchain", [answer.result.toolVersion + ": " + answer.setting])
    lines += screen.words("host", [answer.place]) + screen.words("RESULT", answer.findings.sentences)
    lines += screen.words("TRUST", ["\(answer.trust.rawValue)."] + answer.doubts)
    lines += screen.table { answer.costs(narrowing: $0, countMax: costCount) }
    lines += screen.table { answer.depths(columnCountMax: 8 - $0, countMax: depthCount) }
    return lines + [""] + screen.words("WIRE", answer.wires) + screen.words("MEANS", answer.meaning)
      + screen.words("WHERE", answer.places)
      + screen.words("RESOLVES", answer.resolution) + screen.steps("NEXT", answer.next)
  }
}
