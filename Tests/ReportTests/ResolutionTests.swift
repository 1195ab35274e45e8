import Results
import Statistics
import Testing

@Suite("The smallest difference that a run could have claimed")
struct ResolutionTests {
  private static func resolution(
    rounds: Int, kinds: [ExampleRun.Kind] = ExampleRun.kinds, depth: Int = 5,
    change: (inout RunResult) -> Void = { _ in }
  ) -> Resolution? {
    var result = ExampleRun.typical(rounds: rounds, kinds: kinds)
    change(&result)
    return Resolution(
      .cpuPerHop, in: result, RoundTable(result), depth: depth, at: Concurrency(inFlight: result.settings.inFlight))
  }

  @Test("is not known without a baseline that was measured twice, without another arm, and with too few rounds")
  func unknown() throws {
    #expect(Self.resolution(rounds: 20, kinds: ExampleRun.kinds.filter { $0.arm.controlOf == nil }) == nil)
    #expect(Self.resolution(rounds: 20, kinds: Array(ExampleRun.kinds.prefix(2))) == nil)
    // Four arms at five depths: 20 · 2⁻⁸ > 0.05 ≥ 20 · 2⁻⁹, two-sided.
    let few = try #require(Self.resolution(rounds: 9))
    #expect(few.smallest == nil && few.rounds == 9)
    #expect(try #require(Self.resolution(rounds: 10)).smallest != nil)
  }

  @Test("shrinks with rounds, and is never below how far the baseline may be from itself")
  func shrinks() throws {
    let few = try #require(Self.resolution(rounds: 12)?.smallest)
    let many = try #require(Self.resolution(rounds: 48)?.smallest)
    #expect(many < 0.75 * few && many > 0)
    // The second baseline takes a fifth more in every round.
    let noisy = try #require(
      Self.resolution(rounds: 48) { result in
        for index in result.trials.indices where result.trials[index].arm == "baseline′" {
          result.trials[index].nodeCpuNanoseconds = result.trials[index].nodeCpuNanoseconds * 6 / 5
        }
      }?.smallest)
    #expect(noisy > 0.2)
  }

  @Test("half of it takes four times the rounds; where it is small enough, or no round was timed, nothing is said")
  func secondsMore() throws {
    let found = try #require(Self.resolution(rounds: 12))
    let smallest = try #require(found.smallest)
    let more = try #require(found.secondsMore(until: smallest / 2, roundSeconds: 1.5))
    #expect(abs(more - 12 * 3 * 1.5) < 1e-6)
    #expect(found.secondsMore(until: smallest, roundSeconds: 1.5) == nil)
    #expect(found.secondsMore(until: smallest / 2, roundSeconds: nil) == nil)
  }
}
