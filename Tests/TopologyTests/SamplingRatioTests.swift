// `tracing`: which traces are sampled.

import Testing
import Topology

@Suite("tracing")
struct SamplingRatioTests {
  @Test(
    "thresholds are those of OpenTelemetry's table at a precision of four digits",
    arguments: [
      (1, "ot=th:0"), (2, "ot=th:8"), (4, "ot=th:c"), (8, "ot=th:e"), (10, "ot=th:e666"), (16, "ot=th:f"),
      (50, "ot=th:fae14"), (100, "ot=th:fd70a"), (200, "ot=th:feb85"), (500, "ot=th:ff7cee"),
      (1000, "ot=th:ffbe77"), (10_000, "ot=th:fff9724"), (1_000_000, "ot=th:ffffef39"),
    ])
  func thresholds(count: Int, state: String) { #expect(SamplingRatio.oneOf(count).traceState == state) }

  @Test("a trace is sampled when the last 56 bits of its id are no smaller than the threshold")
  func sampled() {
    let threshold = SamplingRatio.oneOf(1000).rejectionThreshold
    #expect(threshold == 0xff_be77_0000_0000)
    for high: UInt64 in [0, 0xff << 56] {
      #expect(SamplingRatio.samples(traceIDLow: high | 0xff_be77_0000_0000, threshold: threshold))
      #expect(!SamplingRatio.samples(traceIDLow: high | 0xff_be76_ffff_ffff, threshold: threshold))
    }
    let (all, none) = (SamplingRatio.oneOf(1).rejectionThreshold, SamplingRatio.off.rejectionThreshold)
    for id: UInt64 in [0, 1, .max] {
      #expect(SamplingRatio.samples(traceIDLow: id, threshold: all))
      #expect(!SamplingRatio.samples(traceIDLow: id, threshold: none))
    }
  }

  @Test(
    "is off or one of at most a million",
    arguments: ["1:0", "1:1000001", "2:3", "1:", ":5", "50", "", "On", "1: 5", "1:+5"])
  func refused(text: String) {
    #expect(SamplingRatio(text) == nil)
    let expected = "expected off or a ratio such as 1:50, down to 1:1000000"
    #expect(problem(oneService("tracing: \"\(text)\"")).contains("services.a.tracing: \(expected), got"))
  }

  @Test("of a service is its own or the defaults'; the client's is the entry's; all survive their print")
  func read() throws {
    let text = """
      version: 1
      entry: a
      defaults: {tracing: 1:50}
      services:
        - {name: a, tracing: 1:1000, script: [call: b, call: c]}
        - {name: b}
        - {name: c, tracing: off}
      """
    let topology = try parse(text)
    #expect(topology.services.map(\.tracing) == [.oneOf(1000), .oneOf(50), .off])
    #expect(topology.client.tracing == .oneOf(1000))
    #expect(try parse(TopologyPrinter.yaml(topology)) == topology)
    let own = try parse(text + "\nclient: {tracing: 1:1}\n")
    #expect(own.client.tracing == .oneOf(1))
    #expect(try parse(oneService()).client.tracing == nil && parse(oneService()).services[0].tracing == nil)
    let all = try own.applying(TopologyOverrides(tracing: .oneOf(7)), vocabulary: vocabulary)
    #expect(all.services.allSatisfy { $0.tracing == .oneOf(7) } && all.client.tracing == .oneOf(7))
  }
}
