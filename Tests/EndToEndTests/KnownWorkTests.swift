// CPU that is known: services that burn so much, and what a run says of it.

import Foundation
import Testing

@Suite("Work that is known")
struct KnownWorkTests {
  /// Nanoseconds of CPU that each service burns per request, by its own clock.
  private static let burnt = 300_000.0

  @Test(
    "is in the CPU per hop and per request: no less than was burnt, and less than a half more",
    arguments: ["frame", "http1", "grpc"])
  func cpu(transport: String) throws {
    // Three deliveries of which two burn: a figure per hop of the wrong divisor is off by more than a half.
    let run = try TopologyRun(
      """
      version: 1
      entry: a
      services:
        - {name: a, script: [work: 450us, call: b, call: b]}
        - {name: b, script: [work: 225us]}
      """, ["--strategies", "baseline", "--transport", transport, "--rounds", "3", "--passes", "open"])
    #expect(run.status == 0, "\(run.error)")
    let trials = run.document.list("trials").filter { $0["phase"] as? String == "closed" }
    #expect(trials.count >= 6)
    for trial in trials {
      let cpu = try #require(trial["nodeCpuNanoseconds"] as? Double)
      let deliveries = try #require(trial["deliveries"] as? Double)
      #expect(Self.burnt..<Self.burnt * 1.5 ~= cpu / deliveries, "\(cpu / deliveries) ns per delivery")
      let rounded = (deliveries / 3).rounded()
      #expect(Self.burnt * 3..<Self.burnt * 4.5 ~= cpu / rounded)
    }
    let summary = try #require(run.document.root["summary"] as? [String: Any])
    let arm = try #require((summary["arms"] as? [[String: Any]])?.first)
    for figure in ["cpuPerHop", "cpuPerHopAtOne", "cpuPerHopOpen"] {
      let value = try #require((arm[figure] as? [String: Any])?["value"] as? Double, "\(arm)")
      #expect(Self.burnt..<Self.burnt * 1.5 ~= value, "\(figure) \(value)")
    }
  }
}
