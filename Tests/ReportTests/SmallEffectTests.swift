// What is as good as nothing, and what is little but something.

import Report
import Results
import Statistics
import Testing

@Suite("Small effects on the first screen")
struct SmallEffectTests {
  /// Every trial of an arm is the baseline's, with so many nanoseconds more in each delivery of a round; `baseline′` too.
  private func result(_ added: (Int) -> Int64, control: Int64 = 0) -> RunResult {
    let kinds = [ExampleRun.kinds[0], ExampleRun.kinds[1], ExampleRun.kinds[4]]
    var result = ExampleRun.inAllRegimes(rounds: 12, depths: [1, 3])
    result.arms = kinds.map(\.arm)
    result.trials = result.trials.filter { $0.arm == "baseline" }.flatMap { trial in
      kinds.map { kind in
        var copy = trial
        copy.arm = kind.arm.name
        let more = kind.arm.name == "packed" ? added(trial.round) : kind.arm.controlOf == nil ? 0 : control
        copy.nodeCpuNanoseconds += more * Int64(trial.deliveries)
        return copy
      }
    }
    return result
  }

  private func means(_ result: RunResult) -> String {
    let text = AnswerText.render(result).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return text.firstMatch(of: /MEANS (.*?\.) (WHERE|RESOLVES)/).map { String($0.1) } ?? text
  }

  @Test("CPUs that round to nothing have as many digits as it takes, and less than a thousandth is said to be that")
  func cpus() {
    // A nanosecond per hop is a ten-thousandth of a CPU at the stated load.
    #expect(means(result { _ in 3 }).hasSuffix("baseline: packed < 0.001."), "\(means(result { _ in 3 }))")
    let spread = means(result { $0 < 5 ? 1 : 30 })
    #expect(spread.hasSuffix("baseline: packed 0.002 (0.0001…0.003)."), "\(spread)")
    #expect(means(result { _ in 41_000 }).hasSuffix("baseline: packed 4.10 (4.10…4.10)."))
  }

  private func cells(_ result: RunResult) -> [Substring] {
    let line = AnswerText.render(result).split(separator: "\n").first { $0.hasPrefix("packed") } ?? ""
    return line.split(whereSeparator: \.isWhitespace)
  }

  @Test("what another regime adds is nothing where A′ differs from A by as much, and is told where it does not")
  func regimes() {
    let told = cells(result { _ in 400 })
    #expect(told.contains("0.400") && !told.contains("≈"), "\(told)")
    // The baseline's two measurements are 1 000 apart, so that 900 are no difference, though they are the same every round.
    let within = cells(result({ _ in 900 }, control: 1_000))
    #expect(within.count { $0 == "≈" } == 2 && within.contains("indistinct"), "\(within)")
  }
}
