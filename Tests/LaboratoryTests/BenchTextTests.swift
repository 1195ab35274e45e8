// The tables of a bench, made from a result alone.

import Laboratory
import Report
import Results
import Statistics
import Testing

@Suite("A bench's text")
struct BenchTextTests {
  private func result(allocations: Double?) throws -> BenchResult {
    let plan = try BenchPlan(seconds: 1, seed: 3)
    let figures = BenchCases.make(plan).map { benchCase in
      BenchFigure(
        subject: benchCase.subject, nanosecondsPerOperation: Spread([12_000, 12_345, 13_000])!, operationsPerBatch: 9,
        allocationsPerOperation: allocations, allocatedBytesPerOperation: allocations.map { $0 * 10_000 },
        carrierBytes: benchCase.carrierSize)
    }
    return BenchResult(
      toolVersion: "1.2.3", commandLine: ["ctxchain", "bench"], startedAt: "2026-01-31T23:59:59Z", seed: 3, cpu: 1,
      batchCount: 3, checksum: 0xabc, figures: figures)
  }

  @Test("has no line of more than 120 characters, also with long figures")
  func width() throws {
    for line in BenchText.render(try result(allocations: 123.4)).split(separator: "\n") {
      #expect(line.count <= 120, "\(line)")
    }
  }

  @Test("has a row per store, growth and number of layers, per propagator and context, per strategy and per claim")
  func rows() throws {
    let lines = BenchText.render(try result(allocations: 2)).split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("value-chain ") && $0.contains("12345 ±4%") } == 2 * 9)
    #expect(lines.contains { $0.hasPrefix("tracecontext,baggage  value-chain  full") })
    #expect(lines.contains { $0.hasPrefix("packed ") && $0.contains("12000…13000") })
    for claim in PublishedFigure.all(beside: []) { #expect(lines.contains { $0.hasPrefix(claim.claim + " ") }) }
    #expect(lines.contains { $0.contains("seed 3; pinned to CPU 1") })
    #expect(lines.contains { $0.contains("checksum abc") })
  }

  @Test("shows a dash where nothing was counted")
  func dashes() throws {
    let result = try result(allocations: nil)
    #expect(result.countingMethod == "none")
    let line = try #require(
      BenchText.render(result).split(separator: "\n").first { $0.hasPrefix("map ") && $0.contains("±") })
    #expect(line.split(separator: " ").suffix(4) == ["–", "–", "–", "–"])
  }
}
