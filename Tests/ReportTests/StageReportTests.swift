import Report
import Results
import Statistics
import Testing

@Suite("Where the time goes")
struct StageReportTests {
  private func number(_ value: Double) -> String {
    value == value.rounded() ? String(Int64(value)) : String(value)
  }

  private func isClose(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-6 }

  @Test("in one request is found again part by part, and the parts add up to its response time")
  func parts() {
    let time = TimeParts(ExampleRun.stagePass("map", depth: 4))
    #expect(
      isClose(time[.stage(.extract)], 4 * 80) && isClose(time[.stage(.inject)], 3 * 40)
        && isClose(time[.stage(.store)], 4 * 50))
    #expect(isClose(time[.stage(.read)], 3 * 1_800 + 900) && isClose(time[.stage(.loop)], 4 * 700))
    // The client's write, two of each node in the middle, and the leaf's reply.
    #expect(isClose(time[.write], 5_000 + 3 * 10_000 + 5_000))
    #expect(isClose(time[.wait], 4 * 7_000) && isClose(time[.client], 450) && time[.overlap] == 0)
    #expect(isClose(time.unexplained, 0))
    #expect(isClose(time.parts.reduce(0, +), time.whole))
  }

  @Test("is left unexplained where a node was somewhere that no stage knows")
  func unexplained() {
    var pass = ExampleRun.stagePass("map", depth: 1)
    pass.nodes[0].residence += 3_000
    pass.client.wait += 3_000
    pass.response += 3_000
    #expect(isClose(TimeParts(pass).unexplained, 3_000))
  }

  @Test("of calls that overlap adds up with the overlap taken off")
  func overlap() {
    var pass = ExampleRun.stagePass("map", depth: 2)
    // A second call of the entry ran at the same time and took 10 µs, all of it on an edge to somewhere else.
    pass.nodes[0].wait += 10_000
    pass.nodes[0].overlap = 10_000
    let time = TimeParts(pass)
    #expect(isClose(time[.overlap], -10_000) && isClose(time[.wait], 2 * 7_000 + 10_000))
    #expect(isClose(time.unexplained, 0))
  }

  @Test("of a difference between two arms is taken per hop and round, so that drift cancels")
  func attribution() throws {
    let attribution = Attribution(ExampleRun.withStages())
    #expect(attribution.rows.map(\.arm) == ["baseline", "baseline′", "map"] && attribution.roundCount == 3)
    let map = try #require(attribution.row(arm: "map"))
    let added = try #require(map.added)
    #expect(
      isClose(added[.stage(.extract)], 28_000) && isClose(added[.stage(.store)], 1_000)
        && isClose(added[.stage(.inject)], 13_000 * 2 / 3))
    #expect(isClose(added[.stage(.parse)], 0) && isClose(added[.wait], 0) && isClose(added.unexplained, 0))
    #expect(isClose(added.whole, 28_000 + 1_000 + 13_000 * 2 / 3))
    let most = try #require(map.grewMost)
    #expect(most.part == .stage(.extract) && isClose(most.nanoseconds, 28_000))
    #expect(isClose(try #require(map.addedWithoutClocks).median, (1.0 / 4_000 - 1.0 / 8_000) * 1e9 / 3))
    #expect(isClose(try #require(map.clockedThroughput).median, 0.8))
    let baseline = try #require(attribution.row(arm: "baseline"))
    #expect(baseline.added == nil && baseline.grewMost == nil)
    #expect(isClose(try #require(attribution.row(arm: "baseline′")?.added)[.wait], 30))
  }

  @Test("is taken from the middle rounds alone, whose parts still add up")
  func middle() throws {
    var result = ExampleRun.withStages()
    // One round in which the host took its time.
    let index = try #require(result.stages?.lastIndex { $0.arm == "map" })
    result.stages?[index].response += 500_000
    result.stages?[index].client.wait += 500_000
    let added = try #require(Attribution(result).row(arm: "map")?.added)
    #expect(isClose(added[.wait], 0) && isClose(added.unexplained, 0))
  }

  @Test("is in no report when nothing was clocked")
  func absent() {
    let result = ExampleRun.typical(rounds: 3)
    #expect(Attribution(result).rows.isEmpty)
    #expect(!TextReport.render(result).contains("Where a hop's time goes"))
    #expect(!ReportPage(result).html.contains("id=\"stages\""))
  }

  @Test("stands in the text, a line per arm, and matches the golden file")
  func text() throws { try GoldenFile.expect(TextReport.render(ExampleRun.withStages()), equals: "report-stages.txt") }

  @Test("stands on the page in figures whose numbers are those of the result")
  func page() throws {
    let result = ExampleRun.withStages()
    let page = PageReader(html: ReportPage(result).html)
    let attribution = Attribution(result)
    let columns = ["whole"] + TimePart.allCases.map(\.title) + ["unexplained"]
    let absolute = try page.table("figure-stages")
    #expect(absolute.columns == ["arm", "whole, ns"] + columns.dropFirst() + ["on / off"])
    for (row, expected) in zip(absolute.rows, attribution.rows) {
      #expect(row[0] == expected.arm)
      let numbers = ([expected.time.whole] + expected.time.parts + [expected.time.unexplained]).map {
        number($0)
      }
      #expect(Array(row[1..<(1 + numbers.count)]) == numbers)
    }
    // Service by service: what all rows of an arm sum to is its response time in the middle round.
    let hops = try page.table("figure-hops").rows
    for arm in ["baseline", "map"] {
      let own = hops.filter { $0[0] == arm }
      #expect(own.map { $0[1] } == ["client", "s1", "s2", "s3"])
      let middle = try #require(result.stages?.first { $0.arm == arm && $0.round == 1 })
      let sum = own.reduce(0) { $0 + (Double($1[2]) ?? .nan) }
      #expect(abs(sum - middle.response) < 0.01, "\(arm)")
    }
  }

  @Test("shows a part of which the rounds do not agree whether it grew as about nothing, and never as what grew most")
  func scatter() throws {
    var result = ExampleRun.withStages()
    let index = try #require(result.stages?.firstIndex { $0.arm == "map" && $0.round == 1 })
    // In one round extract was faster than the baseline's.
    result.stages?[index].nodes[0][.extract] -= 120_000
    result.stages?[index].response -= 120_000
    let row = try #require(Attribution(result).row(arm: "map"))
    #expect(row.isNothing(.stage(.extract)) && !row.isNothing(.stage(.store)))
    #expect(row.grewMost?.part == .stage(.inject))
    let range = try #require(row.addedWhole?.range)
    #expect(range.lowerBound < 0 && range.upperBound > 28_000)
    let line = TextReport.render(result).split(separator: "\n").first { $0.hasPrefix("map ") && $0.contains("≈ 0") }
    #expect(line?.contains("−") == true, "\(line ?? "")")
  }

  @Test("is named in the sentence about a limit that a strategy breaks")
  func breach() throws {
    let html = ReportPage(ExampleRun.withStages()).html
    let text = PageReader.unescaped(html)
    #expect(text.contains("What grew most of its hop is extract: +28.0 µs of +37.7 µs, one request under way."))
  }

  @Test("is named for no strategy that adds less than the control arm, which adds nothing")
  func noise() throws {
    var result = ExampleRun.withStages()
    // In one round the machine held up the control arm by more than map takes.
    let index = try #require(result.stages?.firstIndex { $0.arm == "baseline′" })
    result.stages?[index].response += 200_000
    result.stages?[index].client.wait += 200_000
    #expect(isClose(try #require(Attribution(result).noise), 30 + 200_000.0 / 3))
    let text = PageReader.unescaped(ReportPage(result).html)
    #expect(text.contains("What it adds to a hop with one request under way is not more than noise."))
    #expect(!text.contains("What grew most"))
  }

  @Test("and what every node counted are CSV files with a line per node")
  func files() throws {
    let result = ExampleRun.withStages()
    let stages = NumberFiles.stages(result).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    // A header; three arms, three rounds, the client and three nodes each.
    #expect(stages.count == 1 + 9 * 4 && Set(stages.map(\.count)).count == 1)
    let nodes = NumberFiles.nodes(result).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(nodes.count == 1 + 3 * 3 && Set(nodes.map(\.count)).count == 1)
  }

  @Test("of nodes is per delivery, from trials, counts and memory")
  func nodes() throws {
    var result = ExampleRun.withStages()
    for trial in result.trials.indices {
      for node in result.trials[trial].nodes.indices {
        let deliveries = Int64(result.trials[trial].nodes[node].deliveries)
        result.trials[trial].nodes[node].runQueueWaitNanoseconds = 250 * deliveries
        result.trials[trial].nodes[node].voluntarySwitches = deliveries
      }
    }
    for pass in result.counts.indices {
      for node in result.counts[pass].nodes.indices { result.counts[pass].nodes[node].retainsPerRequest = 12 }
    }
    let figures = try #require(NodeFigures(result))
    #expect(figures.depth == 3 && figures.rows.count == 9)
    let row = try #require(figures.rows.first { $0.arm == "map" && $0.service == "s1" })
    #expect(row.runQueueWait == 250 && row.voluntarySwitches == 1 && row.involuntarySwitches == nil)
    #expect(row.retains == 12 && row.releases == nil && row.resident == 23_000_000)
    let work = result.trials.filter { $0.arm == "map" && $0.depth == 3 }.flatMap(\.nodes).filter { $0.service == "s1" }
    let cpu = work.reduce(0) { $0 + $1.cpuNanoseconds }
    #expect(row.cpu == Double(cpu) / Double(work.reduce(0) { $0 + $1.deliveries }))
  }
}
