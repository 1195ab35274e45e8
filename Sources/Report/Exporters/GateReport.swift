// What became of each `--fail-if`, as JUnit XML: the form of Ant's task that CI servers read (Jenkins' junit-10.xsd).

package import Results

package enum GateReport {
  /// A test case for each gate and pair of arms: a breach is a failure, and what could not be judged an error, since both fail
  /// the command.
  package static func junit(_ comparison: ComparisonDocument) -> String {
    let gates = comparison.gates
    let (failures, errors) = (count(.breached, gates), count(.notJudged, gates))
    let counts = "tests=\"\(gates.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(counts)>",
      "  <testsuite name=\"ctxchain compare\" \(counts) skipped=\"0\">",
    ]
    lines += gates.flatMap(testCase)
    lines += [
      "    <system-out>\(escaped(ComparisonText.render(comparison)))</system-out>", "  </testsuite>", "</testsuites>",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// For a run that came to no trial: a file of an earlier one would be taken for its outcome.
  package static let nothingMeasured = """
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="1" failures="0" errors="1">
      <testsuite name="ctxchain compare" tests="1" failures="0" errors="1" skipped="0">
        <testcase classname="ctxchain compare" name="run">
          <error message="nothing was measured"/>
        </testcase>
      </testsuite>
    </testsuites>

    """

  private static func count(_ outcome: GateOutcome.Outcome, _ gates: [GateOutcome]) -> Int {
    gates.count { $0.outcome == outcome }
  }

  private static func testCase(_ gate: GateOutcome) -> [String] {
    let head =
      "    <testcase classname=\"\(escaped("\(gate.arm) at depth \(gate.depth)"))\" name=\"\(escaped(gate.expression))\""
    let element: String
    switch gate.outcome {
    case .passed: return [head + "/>"]
    case .breached: element = "failure"
    case .notJudged: element = "error"
    }
    return [head + ">", "      <\(element) message=\"\(escaped(gate.reason))\"/>", "    </testcase>"]
  }

  /// Text or a value of an attribute (XML 1.0, 2.4 and 2.2): what XML has no character for becomes U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{0}"..<" ", "\u{fffe}", "\u{ffff}": result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
