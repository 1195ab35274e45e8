// What became of each `--fail-if`, as JUnit XML: the form of Ant's task that CI servers read (Jenkins' junit-10.xsd).

package import Results

package enum GateReport {
  /// A test case for each gate and pair of arms: a breach is a failure, and what could not be judged an error, since both fail
  /// the command.
  package static func junit(_ comparison: ComparisonDocument) -> String {
    let gates = comparison.gates
    func count(_ outcome: GateOutcome.Outcome) -> Int { gates.count { $0.outcome == outcome } }
    return suite(
      gates.flatMap(testCase), tests: gates.count, failures: count(.breached), errors: count(.notJudged),
      output: ComparisonText.render(comparison))
  }

  /// For a run that came to no trial: a file of an earlier one would be taken for its outcome.
  package static let nothingMeasured = suite(
    testCase("ctxchain compare", "run", ("error", "nothing was measured")), tests: 1, failures: 0, errors: 1,
    output: nil)

  private static func suite(_ cases: [String], tests: Int, failures: Int, errors: Int, output: String?) -> String {
    let counts = "tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\""
    let lines =
      [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(counts)>",
        "  <testsuite name=\"ctxchain compare\" \(counts) skipped=\"0\">",
      ] + cases + (output.map { ["    <system-out>\(Markup.escaped($0))</system-out>"] } ?? [])
      + ["  </testsuite>", "</testsuites>"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func testCase(_ gate: GateOutcome) -> [String] {
    let problem: (element: String, message: String)?
    switch gate.outcome {
    case .passed: problem = nil
    case .breached: problem = ("failure", gate.reason)
    case .notJudged: problem = ("error", gate.reason)
    }
    return testCase("\(gate.arm) at depth \(gate.depth)", gate.expression, problem)
  }

  private static func testCase(
    _ className: String, _ name: String, _ problem: (element: String, message: String)?
  ) -> [String] {
    let head = "    <testcase classname=\"\(Markup.escaped(className))\" name=\"\(Markup.escaped(name))\""
    guard let problem else { return [head + "/>"] }
    return [
      head + ">", "      <\(problem.element) message=\"\(Markup.escaped(problem.message))\"/>", "    </testcase>",
    ]
  }
}
