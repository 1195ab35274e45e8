import Report
import Results
import Statistics
import Testing

@Suite("Gates")
struct GateTests {
  @Test(
    "are a metric, a relation and a limit, with or without spaces",
    arguments: [
      ("cpu_per_hop > 1.05", .cpuPerHop, .above, .ratio(1.05)), ("p99>=2", .p99, .atLeast, .ratio(2)),
      ("  throughput<0.9 ", .throughput, .below, .ratio(0.9)), ("p50_at_1 <= 1e1", .p50AtOne, .atMost, .ratio(10)),
      ("allocations > +0", .allocations, .above, .difference(0)),
      ("allocated_bytes<-16.5", .allocatedBytes, .below, .difference(-16.5)),
      ("context_bytes > 1.5", .contextBytes, .above, .ratio(1.5)),
    ] as [(String, Metric, Gate.Relation, Gate.Limit)])
  func read(text: String, metric: Metric, relation: Gate.Relation, limit: Gate.Limit) throws {
    let gate = try Gate(text)
    #expect(gate.metric == metric && gate.relation == relation && gate.limit == limit)
    #expect(text.contains(gate.expression) && gate.expression.first != " " && gate.expression.last != " ")
  }

  @Test("of every metric can be written")
  func everyMetric() throws {
    for metric in Metric.compared { #expect(try Gate("\(metric.rawValue) > 1").metric == metric) }
  }

  @Test(
    "that cannot be read say what was expected, and what came, on one line",
    arguments: [
      ("", "expected METRIC > LIMIT, with one of > >= < <=, got \"\""),
      ("cpu_per_hop", "expected METRIC > LIMIT, with one of > >= < <=, got \"cpu_per_hop\""),
      ("cpu_per_hop = 2", "expected METRIC > LIMIT, with one of > >= < <=, got \"cpu_per_hop = 2\""),
      ("cpu\nhop > 2", "expected a metric, one of \(Metric.names), got \"cpu hop\" in \"cpu hop > 2\""),
      ("p99 >", "expected a number behind >, got \"\" in \"p99 >\""),
      ("p99 >> 2", "expected a number behind >, got \"> 2\" in \"p99 >> 2\""),
      ("p99 > 5 %", "expected a number behind >, got \"5 %\" in \"p99 > 5 %\""),
      ("p99 > nan", "expected a number behind >, got \"nan\" in \"p99 > nan\""),
      ("p99 > +1", "expected for p99 a ratio B/A without a sign, such as 1.05, got \"+1\" in \"p99 > +1\""),
      (
        "allocations > 0",
        "expected a ratio B/A above 0, or for counts a signed difference such as +0, got \"0\" in \"allocations > 0\""
      ),
    ])
  func unreadable(text: String, expected: String) {
    let error = #expect(throws: GateError.self) { try Gate(text) }
    #expect(error?.description == expected)
  }

  /// Of B against A in a made-up run.
  private func judged(
    _ gate: String, _ effect: MadeUpEffect, rounds: Int = 12, change: (inout RunResult) -> Void = { _ in }
  ) throws -> GateOutcome {
    var run = ComparisonExample.run(effect, rounds: rounds)
    change(&run)
    let comparison = ComparisonExample.compared(run, gates: [try Gate(gate)])
    let outcome = try #require(comparison.gates.first)
    #expect(comparison.gates.count == 1 && outcome.arm == "B map" && outcome.depth == 3)
    let status = [GateOutcome.Outcome.passed: 0, .breached: 3, .notJudged: 4][outcome.outcome]
    #expect(comparison.exitStatus == status && comparison.gates.exitStatus == status)
    #expect(comparison.gates.complaints.count == (status == 0 ? 0 : 1))
    return outcome
  }

  @Test("are breached by an effect beyond the limit that is claimed, with 6 rounds as with 12")
  func breached() throws {
    for rounds in [6, 12] {
      let dearer = MadeUpEffect(cpu: 1.5, latency: 1.5)
      #expect(try judged("cpu_per_hop > 1.05", dearer, rounds: rounds).outcome == .breached)
      #expect(try judged("cpu_per_hop > 1.6", dearer, rounds: rounds).outcome == .passed)
      #expect(try judged("throughput < 0.95", dearer, rounds: rounds).outcome == .breached)
      #expect(try judged("throughput < 0.5", dearer, rounds: rounds).outcome == .passed)
      #expect(try judged("p99 >= 1.05", dearer, rounds: rounds).outcome == .breached)
      #expect(try judged("p50_at_1 <= 1.6", dearer, rounds: rounds).outcome == .breached)
    }
  }

  @Test("are not judged where the interval reaches beyond the limit, whatever its middle is")
  func reaching() throws {
    let scattered = MadeUpEffect(cpu: 1.01, scatter: 0.3)
    for gate in ["cpu_per_hop > 0.9", "cpu_per_hop > 1.02", "cpu_per_hop >= 1.05", "cpu_per_hop < 0.99"] {
      let outcome = try judged(gate, scattered)
      #expect(outcome.outcome == .notJudged, "\(gate)")
      #expect(outcome.reason.contains("no difference seen") && outcome.reason.contains("but its interval reaches"))
    }
    // Claimed, and on this side of the limit by its middle alone.
    let run = ComparisonExample.run(MadeUpEffect(cpu: 1.5), rounds: 12)
    let high = try #require(ComparisonExample.compared(run).comparisons[0][.cpuPerHop]?.interval?.high)
    #expect(try judged("cpu_per_hop > \(high - 0.001)", MadeUpEffect(cpu: 1.5)).outcome == .notJudged)
    #expect(try judged("cpu_per_hop > \(high + 0.001)", MadeUpEffect(cpu: 1.5)).outcome == .passed)
  }

  @Test("pass when no difference is seen and none beyond the limit can be")
  func within() throws {
    let outcome = try judged("cpu_per_hop > 1.5", MadeUpEffect(cpu: 1.01, scatter: 0.3))
    #expect(outcome.outcome == .passed && outcome.reason.contains("no difference seen"), "\(outcome.reason)")
  }

  @Test("are not passed where nothing can be said")
  func silent() throws {
    let dearer = MadeUpEffect(cpu: 1.5)
    let few = try judged("cpu_per_hop > 1.05", dearer, rounds: 5)
    #expect(few.outcome == .notJudged && few.reason == "range only: fewer than 6 rounds")
    let slow = try judged("p99 > 1.05", MadeUpEffect(openCount: 999))
    #expect(slow.outcome == .notJudged)
    #expect(slow.reason == "n too small: no round has 1000 requests on both sides")
    let uncounted = try judged("allocations > +0", dearer) { $0.counts = [] }
    #expect(uncounted.outcome == .notJudged && uncounted.reason == "not measured: not counted")
    let alone = try judged("cpu_per_hop > 1.05", dearer) { $0.trials.removeAll { $0.arm == "A packed′" } }
    #expect(alone.outcome == .notJudged && alone.reason == "range only: the noise is not known")
    let invalid = try judged("cpu_per_hop > 1.05", dearer) { $0.trials[0].validity.add(.invalid, "x") }
    #expect(invalid.outcome == .notJudged && invalid.reason == "1 trial invalid")
    // An open loop that failed says nothing of a closed one, and counts have no trials.
    for gate in ["cpu_per_hop > 1.05", "throughput_at_1 > 1.05", "allocations > +0"] {
      let other = try judged(gate, dearer) { $0.trials[1].validity.add(.invalid, "x") }
      #expect(other.outcome != .notJudged, "\(gate)")
    }
  }

  @Test("on counts compare exactly, as a difference or as a ratio")
  func counts() throws {
    #expect(try judged("allocations > +0", MadeUpEffect()).outcome == .passed)
    #expect(try judged("allocations >= +0", MadeUpEffect()).outcome == .breached)
    #expect(try judged("allocations > 1", MadeUpEffect()).outcome == .passed)
    let more = MadeUpEffect(allocations: 3)
    let outcome = try judged("allocations > +0", more, rounds: 1)
    #expect(outcome.outcome == .breached && outcome.reason == "allocations B − A +3, not equal")
    #expect(try judged("allocations > +3", more).outcome == .passed)
    #expect(try judged("allocations > 1.4", more).outcome == .breached)
    #expect(try judged("allocations > 1.5", more).outcome == .passed)
    #expect(try judged("allocations < +0", more).outcome == .passed)
    // A few bytes of the pass's own messages are nobody's allocation.
    #expect(try judged("allocated_bytes > +0", MadeUpEffect(allocatedBytes: 0.25)).outcome == .passed)
    #expect(try judged("allocated_bytes > +0", MadeUpEffect(allocatedBytes: 0.5)).outcome == .breached)
    let fromNothing = try judged("allocations > 100", more) { run in
      for pass in run.counts.indices where run.counts[pass].arm == "A packed" {
        for node in run.counts[pass].nodes.indices { run.counts[pass].nodes[node].allocationsPerRequest = 0 }
      }
    }
    #expect(fromNothing.outcome == .breached && fromNothing.reason.contains("∞"))
  }

  @Test("breached beside one that was not judged is breached; a failed run keeps its status")
  func statuses() throws {
    let gates = try ["cpu_per_hop > 1.05", "p99 > 1.05"].map { try Gate($0) }
    var run = ComparisonExample.run(MadeUpEffect(cpu: 1.5, openCount: 10), rounds: 12)
    #expect(ComparisonExample.compared(run, gates: gates).exitStatus == 3)
    run.exitStatus = 130
    let comparison = ComparisonExample.compared(run, gates: gates)
    #expect(comparison.exitStatus == 130 && comparison.gates.map(\.outcome) == [.breached, .notJudged])
    #expect(
      comparison.gates.complaints == [
        "gate breached: cpu_per_hop > 1.05: B map at depth 3: cpu_per_hop B/A 1.504, difference",
        "gate not judged: p99 > 1.05: B map at depth 3: n too small: no round has 1000 requests on both sides",
      ])
  }
}
