import Report
import Results
import Statistics
import Testing

/// The first screen of a run and of a comparison: what a terminal shows at once.
@Suite("The answer")
struct AnswerTests {
  private static let widths = [80, 100]
  private static let comparisons = ComparisonDocumentTests.examples

  private func expectScreen(_ text: String, _ width: Int, _ name: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    // A line is left for the name under which the result is kept.
    #expect(lines.count < Screen.lineCountMax, "\(name) has \(lines.count) lines")
    for line in lines { #expect(line.count <= width, "\(name): \(line)") }
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }

  @Test(
    "of a run is the golden file and fits the screen", arguments: TextReportTests.examples.indices, AnswerTests.widths)
  func runs(example: Int, width: Int) throws {
    let (name, result) = TextReportTests.examples[example]
    let text = AnswerText.render(result(), width: width)
    expectScreen(text, width, name)
    try GoldenFile.expect(text, equals: name.replacing("text-report", with: "answer-\(width)"))
  }

  @Test(
    "of a comparison is the golden file and fits the screen", arguments: AnswerTests.comparisons.indices,
    AnswerTests.widths)
  func compared(example: Int, width: Int) throws {
    let (name, result) = Self.comparisons[example]
    let text = ComparisonScreen.render(try result(), width: width)
    expectScreen(text, width, name)
    try GoldenFile.expect(text, equals: name.replacing("comparison", with: "answer-\(width)-comparison"))
  }

  @Test("fits the screen with more arms, depths and longer names than it has room for", arguments: AnswerTests.widths)
  func crowded(width: Int) {
    let kinds =
      ExampleRun.kinds
      + (0..<24).map { index in
        ExampleRun.Kind(
          arm: Arm(name: "copy-on-write-map+json-map+\(index)", store: "map", propagator: "json-map"),
          addedNanoseconds: Double(1_000 * index), contextSize: 123_456, allocations: 4_000,
          fidelity: FidelityResult(
            arm: "copy-on-write-map+json-map+\(index)", verdict: .lostAsDeclared,
            lostKeys: ["one", "two-of-them", "a-third-one"]))
      }
    var result = ExampleRun.typical(rounds: 6, depths: [1, 2, 3, 5, 8, 13, 21, 34, 55, 64], kinds: kinds)
    result.notes = Array(repeating: "A note that goes on for as long as it takes to fill a line of a screen.", count: 9)
    expectScreen(AnswerText.render(result, width: width), width, "crowded")
  }

  @Test("takes any width, and is never wider than 100 or narrower than 80 columns", arguments: [0, 40, 79, 400])
  func otherWidths(width: Int) {
    let text = AnswerText.render(ExampleRun.typical(rounds: 3), width: width)
    #expect(text == AnswerText.render(ExampleRun.typical(rounds: 3), width: width < 80 ? 80 : 100))
  }

  /// Adds nothing that its rounds could show.
  private static let quiet = ["quiet", "silent"].map { name in
    ExampleRun.Kind(
      arm: Arm(name: name, store: "struct", propagator: "binary25"), addedNanoseconds: 10, contextSize: 25,
      allocations: 0, fidelity: FidelityResult(arm: name, verdict: .notChecked))
  }

  private func words(_ result: RunResult) -> String {
    AnswerText.render(result).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test("names arms that cannot be told from the baseline as such, ranks none of them, and says how to tell them apart")
  func indistinct() {
    var result = ExampleRun.typical(
      rounds: 8, depths: [1, 5], kinds: [ExampleRun.kinds[0], ExampleRun.kinds[1]] + Self.quiet)
    result.commandLine = ["ctxchain", "chain", "-n", "5"]
    let text = words(result)
    #expect(text.contains("quiet and silent cannot be told from baseline in this run."), "\(text)")
    #expect(!text.contains("least") && !text.contains("most"))
    #expect(text.contains(" indistinct ") && text.contains("ctxchain compare quiet silent -n"))
    // What is not told has no price in CPUs.
    let means = text.components(between: "MEANS", and: "NEXT")
    #expect(!means.contains("quiet") && !means.contains("silent"))
  }

  @Test("claims nothing below six rounds, and says how many would be enough", arguments: [1, 2, 5])
  func fewRounds(rounds: Int) {
    let text = words(ExampleRun.typical(rounds: rounds, depths: [1, 5]))
    #expect(text.contains("nothing is claimed: 6 rounds give intervals") && text.contains("TRUST low."), "\(text)")
    #expect(text.contains("the same with --rounds ") && !text.contains("MEANS") && !text.contains("WHERE"))
    #expect(!text.contains("that an arm adds"))
  }

  @Test("puts what must be known first, and is not trusted then")
  func troubled() {
    let text = words(TextReportTests.troubled())
    #expect(text.contains("TRUST suspect. Interrupted after"), "\(text)")
  }
}

extension String {
  fileprivate func components(between start: String, and end: String) -> Substring {
    guard let from = firstRange(of: start)?.upperBound else { return "" }
    let rest = self[from...]
    return rest[..<(rest.firstRange(of: end)?.lowerBound ?? rest.endIndex)]
  }
}
