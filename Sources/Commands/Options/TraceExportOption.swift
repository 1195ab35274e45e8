// Where a command sends the spans that its services record.

internal import ArgumentParser
internal import Control
internal import Topology

struct TraceExportOption: ParsableArguments {
  @Option(
    help: """
      Send the spans that services record (tracing) to a receiver of OTLP: \(OTLPEndpoint.expectation). A process of its \
      own does it.
      """)
  var otlp: String?

  mutating func validate() throws {
    if let otlp, OTLPEndpoint(otlp) == nil {
      throw ValidationError("--otlp: expected \(OTLPEndpoint.expectation), got \"\(otlp)\"")
    }
  }

  /// Throws where nothing would be recorded.
  func endpoint(for topologies: [Topology]) throws -> OTLPEndpoint? {
    guard let endpoint = otlp.flatMap({ OTLPEndpoint($0) }) else { return nil }
    guard topologies.contains(where: \.recordsSpans) else {
      throw ValidationError("--otlp: no service records spans; add --tracing, or \"tracing\" to the topology")
    }
    return endpoint
  }
}
