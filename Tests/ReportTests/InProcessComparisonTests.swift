import Report
import Results
import Statistics
import Testing

@Suite("In one process beside between processes")
struct InProcessComparisonTests {
  private func hop(_ arm: String, layer: Int = 1, arrival: Double, hop: Double) -> InProcessHop {
    InProcessHop(
      arm: arm, layer: layer, arrivalNanoseconds: Spread([arrival])!, hopNanoseconds: Spread([hop])!,
      arrivalAllocations: nil, hopAllocations: nil)
  }

  private func rows(_ result: RunResult) -> [InProcessComparison.Row] {
    InProcessComparison(result: result, summary: RunSummary(result)).rows
  }

  /// Baseline, another arm and A′ at depths 1 and 5.
  private func example() -> RunResult {
    var result = ExampleRun.typical(rounds: 3, depths: [1, 5])
    result.inProcess = [
      hop(result.arms[0].name, arrival: 2, hop: 4), hop(result.arms[2].name, arrival: 1_000, hop: 1_500),
    ]
    return result
  }

  @Test("A path of d deliveries injects d − 1 times: the entry's request came from the client")
  func prediction() throws {
    let result = example()
    let arm = result.arms[2].name
    let rows = rows(result)
    #expect(rows.map(\.arm) == [result.arms[0].name, result.arms[0].name, arm, arm])
    #expect(rows.filter { $0.arm == arm }.map(\.predicted) == [1_000, 1_400])
    let added = rows.filter { $0.arm == arm }.compactMap(\.predictedAdded)
    #expect(added.count == 2 && added[0] == 998 && abs(added[1] - (1_400 - 3.6)) < 1e-9)
  }

  @Test("Shares are of the CPU per hop, and of what it is beyond the baseline's")
  func shares() throws {
    let result = example()
    let summary = RunSummary(result)
    let arm = result.arms[2].name
    let row = try #require(rows(result).last)
    let measured = try #require(summary.arm(named: arm)?.row(depth: 5))
    #expect(row.share == row.predicted / (try #require(measured.cpuPerHop).median))
    #expect(row.shareOfAdded == (try #require(row.predictedAdded)) / (try #require(measured.addedCpuPerHop).median))
    #expect(rows(result)[0].predictedAdded == nil && rows(result)[0].shareOfAdded == nil)
  }

  @Test(
    "With a figure per layer, the middle layer of the path stands for it", arguments: [(1, 1), (2, 1), (3, 2), (5, 3)])
  func layers(depth: Int, layer: Int) throws {
    #expect(InProcessHop.layer(depth: depth) == layer)
    var result = ExampleRun.typical(rounds: 3, depths: [depth])
    let arm = result.arms[2].name
    result.inProcess = [1, 2, 3].map { hop(arm, layer: $0, arrival: Double($0) * 100, hop: Double($0) * 100) }
    #expect(rows(result).map(\.predicted) == [Double(layer) * 100])
  }

  @Test("The tables show it at the largest depth, and nothing when nothing was timed")
  func tables() throws {
    var result = example()
    let title = "The context work of a hop in one process, beside the CPU per hop at depth 5"
    #expect(TextReport.render(result).contains(title))
    #expect(MarkdownReport.render(result).contains("## \(title)"))
    #expect(ReportPage(result).html.contains("figure-in-process"))
    result.inProcess = nil
    #expect(!TextReport.render(result).contains("in one process"))
    #expect(!MarkdownReport.render(result).contains("in one process"))
    #expect(!ReportPage(result).html.contains("figure-in-process"))
  }

  @Test("The page has the numbers of the comparison, unrounded")
  func page() throws {
    let result = example()
    let table = try PageReader(html: ReportPage(result).html).table("figure-in-process")
    let rows = rows(result)
    #expect(table.rows.count == rows.count)
    for (shown, row) in zip(table.rows, rows) {
      #expect(shown[0] == row.arm && shown[1] == "\(row.depth)")
      #expect(Double(shown[2]) == row.predicted && Double(shown[3]) == row.measured.median)
      #expect(Double(shown[4]) == row.share && Double(shown[7]) == row.shareOfAdded)
    }
  }
}
