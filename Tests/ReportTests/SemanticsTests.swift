// From readings to the cells of the semantics table: each verdict can be yes, partly and no.

import Report
import Results
import Statistics
import Testing

@Suite("The semantics of a strategy")
struct SemanticsTests {
  private func readings(_ change: (inout SemanticsReadings) -> Void = { _ in }) -> StrategySemantics {
    var loss = ContextLoss()
    (loss.contexts, loss.keys, loss.keysKept, loss.bytes, loss.bytesKept) = (8, 72, 72, 800, 800)
    var readings = SemanticsReadings(services: ["s1", "s2", "s3"], integerKeys: ["attempt", "user"])
    readings.losses = FidelityLosses(
      byDepth: [DepthLoss(depth: 3, loss: loss)],
      byEdge: [EdgeLoss(caller: "client", callee: "s1", propagator: "x", loss: loss)])
    readings.contexts = [
      .init(place: "client", bytes: ["x: 1"], entries: ["tracestate a=b", "user integer 7"]),
      .init(place: "s1", bytes: ["image"], entries: ["user integer 7"]),
    ]
    readings.deadlines = .init(sent: 100, left: [100, 98, 97], expired: 32, failed: 32, sentOn: 0)
    readings.cancels = .init(givenUp: 32, cancelled: [32, 32, 32])
    readings.leftovers = Array(repeating: .init(requests: 0, calls: 0, contexts: 0, timers: 0), count: 3)
    readings.contextBytes = [20, 30, 40]
    change(&readings)
    return readings.row(name: "x", store: "map", propagator: "x")
  }

  private func cells(_ semantics: StrategySemantics) -> [String] {
    semantics.cells.map { "\($0.verdict.rawValue): \($0.text)" }
  }

  private func lose(_ readings: inout SemanticsReadings, _ change: (inout ContextLoss) -> Void) {
    change(&readings.losses!.byDepth[0].loss)
    change(&readings.losses!.byEdge[0].loss)
  }

  @Test("has a cell for every aspect, in their order")
  func whole() {
    let semantics = readings()
    #expect(semantics.cells.map(\.aspect) == SemanticsAspect.allCases)
    #expect(
      cells(semantics) == [
        "yes: 9 of 9", "yes: 2 of 2", "yes: kept", "yes: shrinks, obeyed", "yes: 32 of 32",
        "not-applicable: one writer", "yes: none", "figure: 30",
      ])
  }

  @Test("counts keys and names the edge that loses them")
  func keys() throws {
    let semantics = readings { readings in
      lose(&readings) { loss in
        loss.keysKept = 24
        loss.lostKeys = ["tenant", "tracestate", "user"]
        loss.changedTypes = [ContextLoss.ChangedType(key: "attempt", sent: "integer", arrived: "text")]
      }
    }
    #expect(Array(cells(semantics).prefix(3)) == ["partly: 3 of 9", "no: 0 of 2", "no: lost"])
    let evidence = try #require(semantics.cell(.keys)?.evidence)
    #expect(
      evidence.first
        == SemanticsEvidence(
          place: "client → s1 (x)", text: "loses tenant, tracestate, user; integer → text: attempt"))
    let types = try #require(semantics.cell(.types)?.evidence.map { "\($0.place): \($0.text)" })
    #expect(types.contains("integer attempt: arrives as text") && types.contains("integer user: does not arrive"))
    let state = try #require(semantics.cell(.tracestate)?.evidence.map { "\($0.place): \($0.text)" })
    #expect(state == ["client: x: 1", "client: reads: tracestate a=b", "s1: image", "s1: reads: nothing of it"])
  }

  @Test(
    "says of a deadline whether it shrinks and whether it is obeyed",
    arguments: [
      ([100, 99, 98], 32, 0, "yes: shrinks, obeyed"), ([100, 99, 99], 32, 0, "partly: obeyed, does not shrink"),
      ([100, 99, 0], 32, 0, "partly: obeyed, does not shrink"),
      ([101, 99, 98], 32, 0, "partly: obeyed, does not shrink"),
      ([100, 99, 98], 32, 1, "partly: shrinks, not obeyed"), ([100, 99, 98], 31, 0, "partly: shrinks, not obeyed"),
      ([0, 0, 0], 0, 32, "no: neither"),
    ] as [([UInt64], UInt64, UInt64, String)])
  func deadline(left: [UInt64], failed: UInt64, sentOn: UInt64, cell: String) {
    let semantics = readings {
      $0.deadlines = .init(sent: 100, left: left, expired: 32, failed: failed, sentOn: sentOn)
    }
    #expect(cells(semantics)[3] == cell)
  }

  @Test(
    "counts the requests that the last service gave up too",
    arguments: [([32, 32, 32], "yes: 32 of 32"), ([32, 32, 31], "partly: 31 of 32"), ([32, 32, 0], "no: 0 of 32")]
      as [([UInt64], String)])
  func cancel(cancelled: [UInt64], cell: String) {
    #expect(cells(readings { $0.cancels = .init(givenUp: 32, cancelled: cancelled) })[4] == cell)
  }

  @Test("says of a shared store whether every write of a race was accounted for")
  func writers() {
    func cell(_ outcome: RaceRun.Outcome, _ found: Int64?) -> String {
      cells(
        readings {
          $0.race = .init(
            writers: 10, writesPerWriter: 5, run: RaceRun(seed: 1, outcome: outcome, signal: nil, found: found))
        })[5]
    }
    #expect(cell(.accounted, 50) == "yes: safe")
    #expect(cell(.lostWrites, 49) == "no: lostWrites")
    #expect(cell(.crashed, nil) == "no: crashed")
  }

  @Test("sums up what is left over in all services")
  func leftovers() {
    let semantics = readings {
      $0.leftovers![0].contexts = 2
      $0.leftovers![2].contexts = 1
      $0.leftovers![1].timers = 1
    }
    #expect(cells(semantics)[6] == "no: 3 contexts, 1 timer")
    #expect(semantics.cell(.leftovers)?.evidence.map(\.text) == ["2 contexts", "1 timer", "1 context"])
  }

  @Test("says not probed of what was not")
  func nothing() {
    let semantics = SemanticsReadings(services: ["s1"], integerKeys: ["user"]).row(
      name: "x", store: nil, propagator: "x")
    #expect(semantics.cells.filter { $0.aspect != .writers }.allSatisfy { $0.verdict == .notProbed })
  }

  @Test("stands in the text, the Markdown, the CSV and the page of a run, and its evidence does not")
  func reports() {
    var result = ExampleRun.typical(rounds: 2, depths: [1, 3])
    result.semantics = SemanticsTable(depth: 3, strategies: [readings()])
    let row = ["x", "9 of 9", "2 of 2", "kept", "shrinks, obeyed", "32 of 32", "one writer", "none", "30"]
    #expect(result.semantics?.strategies[0].cells.allSatisfy(\.evidence.isEmpty) == true)
    let text = TextReport.render(result)
    #expect(text.contains("What each strategy keeps (3 services)"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 || $0.hasPrefix("Found") })
    #expect(MarkdownReport.render(result).contains("| " + row.joined(separator: " | ") + " |"))
    #expect(NumberFiles.semantics(result).contains("x,map,x,frame,3,deadline,yes,\"shrinks, obeyed\"\n"))
    #expect(ReportPage(result).html.contains("<td class=\"kept\">✓ 9 of 9</td>"))
  }
}
