// Which traces are sampled, of a command that begins some or whose services record spans.

internal import ArgumentParser
internal import Topology

struct TracingOption: ParsableArguments {
  @Option(
    help: """
      Traces that are sampled, and of which services record spans: \(SamplingRatio.expectation). Every request then begins \
      one. Without it nothing is recorded but what a file says, and requests carry 256 traces again and again.
      """)
  var tracing: String?

  mutating func validate() throws {
    if let tracing, ratio == nil {
      throw ValidationError("--tracing: expected \(SamplingRatio.expectation), got \"\(tracing)\"")
    }
  }

  var ratio: SamplingRatio? { tracing.flatMap { SamplingRatio($0) } }
  var given: [(String, Bool)] { [("--tracing", tracing != nil)] }
}
