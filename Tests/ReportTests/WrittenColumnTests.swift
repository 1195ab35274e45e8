import Foundation
import Report
import Results
import Statistics
import Testing

/// Every column of every file of numbers, held against the document's JSON: what is written is what was measured.
@Suite("Written columns")
struct WrittenColumnTests {
  private static let examples = [ExampleRun.full(), ExampleRun.withOpenTrials(rounds: 3, depths: [1, 3])]

  /// What a column must hold, from an object of the document; nil is an empty field.
  private typealias Expected = (_ entry: JSON) -> Any?

  /// A value of a document, whatever it is.
  private struct JSON {
    let value: Any?

    init(_ value: Any?) { self.value = value is NSNull ? nil : value }

    subscript(_ path: String) -> JSON {
      path.split(separator: ".").reduce(self) { JSON(($0.value as? [String: Any])?[String($1)]) }
    }

    var list: [JSON] { (value as? [Any] ?? []).map(JSON.init) }
    var number: Double? { (value as? NSNumber)?.doubleValue }
    var text: String? { value as? String }
  }

  private static func document(_ result: RunResult) throws -> JSON {
    JSON(try JSONSerialization.jsonObject(with: Data(try ResultFile.encode(result))))
  }

  /// Rows of a file by their columns. No field of the examples holds a quote or a line feed.
  private static func table(_ text: String) throws -> (columns: [String], rows: [[String: String]]) {
    let lines = text.split(separator: "\n").map { line in
      line.matches(of: /(?:^|,)(?:"([^"]*)"|([^,]*))/).map { String($0.1 ?? $0.2 ?? "") }
    }
    let columns = try #require(lines.first)
    return (columns, lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(columns, $0)) })
  }

  private static func agrees(_ written: String, _ expected: Any?) -> Bool {
    switch expected {
    case let text as String: return written == text
    case let number as Double:
      guard let found = Double(written) else { return false }
      return abs(found - number) <= 1e-9 * max(abs(number), 1)
    default: return written.isEmpty
    }
  }

  /// Holds each column of a file, of all examples, against `expected`; every column must be known and hold something.
  private static func hold(
    _ name: String, _ entries: (JSON) -> [JSON], _ expected: [String: Expected], except: Set<String> = []
  ) throws {
    var filled: Set<String> = []
    var known: [String] = []
    for result in examples {
      let file = try #require(ReportFolder(result, document: []).files.first { $0.name == name })
      let (columns, rows) = try table(String(decoding: file.bytes, as: UTF8.self))
      known = columns
      let entries = entries(try document(result))
      try #require(rows.count == entries.count, "\(name): \(rows.count) rows of \(entries.count) entries")
      for (row, entry) in zip(rows, entries) {
        for column in columns {
          let formula = try #require(expected[column], "\(name): nothing is known of \(column)")
          let written = try #require(row[column])
          #expect(agrees(written, formula(entry)), "\(name) \(column): \(written)")
          if !written.isEmpty { filled.insert(column) }
        }
      }
    }
    #expect(Set(known).subtracting(filled).subtracting(except).isEmpty, "\(name): columns that no example fills")
  }

  private static func text(_ path: String) -> Expected { { $0[path].text } }
  private static func number(_ path: String) -> Expected { { $0[path].number } }
  private static func joined(_ path: String, _ separator: String) -> Expected {
    { entry in
      let texts = entry[path].list.compactMap(\.text)
      return texts.isEmpty ? nil : texts.joined(separator: separator)
    }
  }

  @Test("trials.csv has every trial")
  func trials() throws {
    var expected: [String: Expected] = [
      "round": Self.number("round"), "position": Self.number("position"), "arm": Self.text("arm"),
      "depth": Self.number("depth"), "phase": Self.text("phase"), "in_flight": Self.number("inFlight"),
      "connections": Self.number("connections"), "planned_rate_per_s": Self.number("plannedRate"),
      "window_ns": Self.number("windowNanoseconds"), "throughput_per_s": Self.number("throughput"),
      "node_cpu_ns": Self.number("nodeCpuNanoseconds"), "client_cpu_ns": Self.number("clientCpuNanoseconds"),
      "deliveries": Self.number("deliveries"), "host_steal_ratio": Self.number("hostStealRatio"),
      "cpu_pressure_ratio": Self.number("cpuPressureRatio"), "verdict": Self.text("validity.verdict"),
      "reasons": Self.joined("validity.reasons", "; "),
      "rerun": { ($0["rerun"].value as? Bool).map { "\($0)" } },
      "superseded": { ($0["superseded"].value as? Bool).map { "\($0)" } },
    ]
    for (column, field) in [
      ("planned", "planned"), ("completed", "completed"), ("failed", "failed"), ("timed_out", "timedOut"),
      ("shed", "shed"), ("censored", "censored"),
    ] { expected[column] = Self.number("ledger.\(field)") }
    for (prefix, field) in [("response", "responseTime"), ("service", "serviceTime"), ("send_lag", "sendLag")] {
      for part in ["p50", "p90", "p99", "p999", "max", "mean"] {
        expected["\(prefix)_\(part)_ns"] = Self.number("\(field).\(part)")
      }
      expected["\(prefix)_count"] = Self.number("\(field).count")
      guard field != "sendLag" else { continue }
      expected["\(prefix)_unfinished_count"] = Self.number("\(field).unfinishedCount")
      expected["\(prefix)_least_unfinished_ns"] = Self.number("\(field).leastUnfinished")
    }
    try Self.hold("trials.csv", { $0["trials"].list }, expected)
  }

  @Test("nodes.csv has every node: counts per delivery, memory in bytes, what was given up and refused")
  func nodes() throws {
    /// A node of a counting pass, beside everything that the document says of the same node.
    func entries(_ document: JSON) -> [JSON] {
      let passes = document["counts"].list
      let deepest = passes.compactMap(\.["depth"].number).max()
      return passes.filter { $0["depth"].number == deepest }.flatMap { pass in
        pass["nodes"].list.map { node in
          func own(_ list: String) -> [Any] {
            document[list].list.filter {
              $0["arm"].text == pass["arm"].text && $0["service"].text == node["service"].text
                && $0["replica"].number == node["replica"].number
            }.compactMap(\.value)
          }
          let works = document["trials"].list.filter {
            $0["arm"].text == pass["arm"].text && $0["depth"].number == deepest && $0["phase"].text == "closed"
          }.flatMap { $0["nodes"].list }.filter { $0["service"].text == node["service"].text }
          return JSON([
            "pass": pass.value as Any, "node": node.value as Any, "memory": own("memory").first as Any,
            "givenUp": own("givenUp").first as Any, "calls": own("calls").first as Any,
            "spans": own("spans").first as Any, "refused": own("refused"),
            "works": works.compactMap(\.value),
          ])
        }
      }.sorted { left, right in
        func place(_ entry: JSON) -> Int {
          document["arms"].list.firstIndex { $0["name"].text == entry["pass.arm"].text } ?? 0
        }
        return place(left) < place(right)
      }
    }
    func perDelivery(_ field: String) -> Expected {
      { entry in
        guard let value = entry["node.\(field)"].number, let count = entry["node.deliveriesPerRequest"].number else {
          return nil
        }
        return value / count
      }
    }
    func ofTrials(_ field: String) -> Expected {
      { entry in
        let works = entry["works"].list
        let values = works.compactMap { $0[field].number }
        guard !values.isEmpty else { return nil }
        return values.reduce(0, +) / works.compactMap(\.["deliveries"].number).reduce(0, +)
      }
    }
    try Self.hold(
      "nodes.csv", entries,
      [
        "arm": Self.text("pass.arm"), "depth": Self.number("pass.depth"), "service": Self.text("node.service"),
        "replica": Self.number("node.replica"), "deliveries_per_request": Self.number("node.deliveriesPerRequest"),
        "cpu_ns": ofTrials("cpuNanoseconds"), "run_queue_wait_ns": ofTrials("runQueueWaitNanoseconds"),
        "voluntary_switches": ofTrials("voluntarySwitches"), "involuntary_switches": ofTrials("involuntarySwitches"),
        "system_calls": perDelivery("systemCallsPerRequest"), "allocations": perDelivery("allocationsPerRequest"),
        "allocated_bytes": perDelivery("allocatedBytesPerRequest"), "retains": perDelivery("retainsPerRequest"),
        "releases": perDelivery("releasesPerRequest"),
        "context_bytes": Self.number("node.contextBytesInPerDelivery"),
        "payload_bytes": Self.number("node.payloadBytesInPerDelivery"),
        "resident_bytes": Self.number("memory.resident"), "proportional_bytes": Self.number("memory.proportional"),
        "cancelled": Self.number("givenUp.cancelled"), "deadline_exceeded": Self.number("givenUp.deadlineExceeded"),
        "abandoned": Self.number("givenUp.abandoned"), "late_slices": Self.number("givenUp.lateSlices"),
        "late_sleeps": Self.number("givenUp.lateSleeps"), "late_calls": Self.number("givenUp.lateCalls"),
        "stop_ns_max": Self.number("givenUp.stopNanosecondsMax"), "retries": Self.number("calls.retries"),
        "unreached_calls": Self.number("calls.unreachedCalls"),
        "tolerated_failures": Self.number("calls.toleratedFailures"),
        "spans": Self.number("spans.spans"), "dropped_spans": Self.number("spans.droppedSpans"),
        "refused": { entry in
          let counts = entry["refused"].list.compactMap(\.["requests"].number)
          return counts.isEmpty ? nil : counts.reduce(0, +)
        },
      ], except: ["run_queue_wait_ns", "voluntary_switches", "involuntary_switches"])
  }

  @Test("stages.csv has every stage of every pass, the client first")
  func stages() throws {
    func entries(_ document: JSON) -> [JSON] {
      document["stages"].list.flatMap { pass in
        let client: [String: Any] = [
          "service": "client", "replica": 0, "write": pass["client.write"].value as Any,
          "wait": pass["client.wait"].value as Any,
        ]
        return ([client] + pass["nodes"].list.compactMap { $0.value as? [String: Any] }).map {
          JSON(["pass": pass.value as Any, "node": $0])
        }
      }
    }
    var expected: [String: Expected] = [
      "arm": Self.text("pass.arm"), "depth": Self.number("pass.depth"), "round": Self.number("pass.round"),
      "requests": Self.number("pass.requests"), "response_ns": Self.number("pass.response"),
      "throughput_per_s": Self.number("pass.throughput"),
      "throughput_without_clocks_per_s": Self.number("pass.throughputWithoutClocks"),
      "service": Self.text("node.service"), "replica": Self.number("node.replica"),
      "deliveries_per_request": Self.number("node.deliveriesPerRequest"),
    ]
    for stage in [
      "read", "parse", "decode", "extract", "store", "work", "inject", "encode", "loop", "hpack", "write", "wait",
      "overlap",
      "residence",
    ] { expected["\(stage)_ns"] = Self.number("node.\(stage)") }
    try Self.hold("stages.csv", entries, expected)
  }

  @Test("fidelity.csv has what arrived, depth by depth and edge by edge")
  func fidelity() throws {
    func entries(_ document: JSON) -> [JSON] {
      document["fidelity"].list.flatMap { arm in
        (arm["losses.byDepth"].list + arm["losses.byEdge"].list).map {
          JSON(["arm": arm["arm"].value as Any, "place": $0.value as Any])
        }
      }
    }
    var expected: [String: Expected] = [
      "arm": Self.text("arm"), "depth": Self.number("place.depth"), "caller": Self.text("place.caller"),
      "callee": Self.text("place.callee"),
      "propagator": Self.text("place.propagator"), "transport": Self.text("place.transport"),
      "lost_keys": Self.joined("place.loss.lostKeys", " "),
      "changed_keys": Self.joined("place.loss.changedKeys", " "),
      "changed_types": { entry in
        let types = entry["place.loss.changedTypes"].list.map {
          "\($0["key"].text ?? ""):\($0["sent"].text ?? "")>\($0["arrived"].text ?? "")"
        }
        return types.isEmpty ? nil : types.joined(separator: " ")
      },
    ]
    for (column, field) in [
      ("contexts", "contexts"), ("keys", "keys"), ("keys_kept", "keysKept"), ("bytes", "bytes"),
      ("bytes_kept", "bytesKept"), ("unnamed_keys", "unnamedKeys"), ("lost_flags", "lostFlags"),
      ("gained_flags", "gainedFlags"),
    ] { expected[column] = Self.number("place.loss.\(field)") }
    try Self.hold("fidelity.csv", entries, expected)
  }

  @Test("semantics.csv has every cell")
  func semantics() throws {
    func entries(_ document: JSON) -> [JSON] {
      document["semantics.strategies"].list.flatMap { strategy in
        strategy["cells"].list.map { cell in
          JSON([
            "depth": document["semantics.depth"].value as Any, "strategy": strategy.value as Any,
            "cell": cell.value as Any,
          ])
        }
      }
    }
    try Self.hold(
      "semantics.csv", entries,
      [
        "strategy": Self.text("strategy.name"), "store": Self.text("strategy.store"),
        "propagator": Self.text("strategy.propagator"), "transport": Self.text("strategy.transport"),
        "depth": Self.number("depth"),
        "aspect": Self.text("cell.aspect"), "verdict": Self.text("cell.verdict"), "text": Self.text("cell.text"),
      ])
  }

  // MARK: Figures made from several entries

  @Test("summary.csv has the figures of every arm and depth, and the smallest and largest of its rounds")
  func summary() throws {
    let result = Self.examples[1]
    let file = try #require(ReportFolder(result, document: []).files.first { $0.name == "summary.csv" })
    let (columns, rows) = try Self.table(String(decoding: file.bytes, as: UTF8.self))
    #expect(rows.count == result.arms.count * result.settings.depths.count)
    var filled: Set<String> = []
    for row in rows {
      let expected = try Self.summary(of: result, arm: row["arm"] ?? "", depth: Int(row["depth"] ?? "") ?? 0)
      for column in columns {
        let value = try #require(expected[column], "summary.csv: nothing is known of \(column)")
        let written = row[column] ?? ""
        #expect(Self.agrees(written, value), "\(row["arm"] ?? "") \(row["depth"] ?? "") \(column): \(written)")
        if !written.isEmpty { filled.insert(column) }
      }
    }
    // All requests of this example completed, and no transport of it compresses.
    let empty: Set = ["least_unfinished_ns", "uncompressed_context_bytes_per_request", "table_insertions_per_request"]
    #expect(filled.union(empty) == Set(columns))
  }

  private static func summary(of result: RunResult, arm name: String, depth: Int) throws -> [String: Any?] {
    let arm = try #require(result.arms.first { $0.name == name })
    func trials(_ arm: String, _ depth: Int, _ phase: Trial.Phase) -> [Trial] {
      result.trials.filter { $0.arm == arm && $0.depth == depth && $0.phase == phase }.sorted { $0.round < $1.round }
    }
    func hop(_ trial: Trial) -> Double { ByHand.cpuPerHop([trial]) }
    func request(_ trial: Trial) -> Double { ByHand.cpuPerRequest(result, [trial]) }
    let own = trials(name, depth, .closed)
    let (first, isBase) = (trials(name, 1, .closed), name == "baseline")
    func merged(_ depth: Int, _ phase: Trial.Phase, _ percentile: Double) -> Double? {
      result.histograms.first { $0.arm == name && $0.depth == depth && $0.phase == phase }
        .map { Double($0.responseTime.percentile(percentile)) }
    }
    var expected: [String: Any?] = [
      "arm": name, "store": arm.store, "propagator": arm.propagator, "transport": arm.transportName,
      "control_of": arm.controlOf, "depth": Double(depth),
    ]
    func put(_ column: String, _ rounds: [Double], value: Double? = nil, ends: (String, String)) {
      // Also where there is none: a column that nobody knows is a fault.
      for (name, figure) in [
        (column, value ?? ByHand.median(rounds)), (column + ends.0, rounds.min()), (column + ends.1, rounds.max()),
      ] {
        expected.updateValue(figure, forKey: name)
      }
    }
    let band = ("_low", "_high")
    func put(_ column: String, ofDifferences rounds: [Double]) {
      put(column, rounds, value: ByHand.estimate(rounds), ends: ("_min", "_max"))
    }
    put("throughput_per_s", own.map(\.throughput), ends: band)
    put("cpu_per_hop_ns", own.map(hop), ends: band)
    put("cpu_per_request_ns", own.map(request), ends: band)
    let open = trials(name, depth, .open).compactMap(\.responseTime)
    put("p50_ns", open.map { Double($0.p50) }, value: merged(depth, .open, 50), ends: band)
    put("p99_ns", open.map { Double($0.p99) }, value: merged(depth, .open, 99), ends: band)
    let pass = try #require(result.counts.first { $0.arm == name && $0.depth == depth })
    let bytes = try #require(result.hopBytes.first { $0.arm == name && $0.depth == depth })
    expected.updateValue(pass.nodes.compactMap(\.allocationsPerRequest).reduce(0, +), forKey: "allocations_per_request")
    expected.updateValue(bytes.contextBytesPerHop, forKey: "context_bytes_per_hop")
    expected.updateValue(bytes.payloadBytesPerHop, forKey: "payload_bytes_per_hop")
    expected.merge(ByHand.wireBytes(bytes, pass)) { $1 }
    expected.updateValue(bytes.contextKeysAtDeepest, forKey: "context_keys")
    let middle = pass.nodes[(pass.nodes.count - 1) / 2]
    expected.updateValue(middle.allocationsPerRequest, forKey: "allocations_at_middle_node")
    expected.updateValue(middle.systemCallsPerRequest, forKey: "system_calls_at_middle_node")
    let fromFirst = depth == 1 ? [] : zip(own, first).map { 1 - $0.throughput / $1.throughput }
    put("drop_vs_depth_1", ofDifferences: fromFirst)
    put("drop_vs_baseline", ofDifferences: isBase ? [] : ByHand.drops(result, name, depth))
    put("added_cpu_per_hop_ns", ofDifferences: isBase ? [] : ByHand.addedPerHop(result, name, depth))
    let pairs = isBase ? [] : Array(zip(own, ByHand.references(result, for: name, depth)))
    put(
      "added_cpu_per_request_ns", ofDifferences: pairs.map { request($0) - ByHand.cpuPerRequest(result, $1) })
    let marginal = depth == 1 ? [] : zip(own, first).map { (request($0) - request($1)) / Double(depth - 1) }
    put("marginal_cpu_ns", ofDifferences: marginal)
    expected.updateValue(merged(depth, .open, 90), forKey: "p90_ns")
    expected["latency_count"] = Double(
      result.histograms.first { $0.arm == name && $0.depth == depth && $0.phase == .open }?.responseTime.count ?? 0)
    expected.updateValue(nil, forKey: "least_unfinished_ns")
    expected.updateValue(
      depth == 1 ? nil : merged(depth, .open, 99).flatMap { here in merged(1, .open, 99).map { here / $0 } },
      forKey: "p99_growth")
    expected.updateValue(merged(depth, .single, 50), forKey: "single_in_flight_p50_ns")
    let latencies = isBase ? [] : Array(zip(open, trials("baseline", depth, .open).compactMap(\.responseTime)))
    func ratio(_ percentile: (LatencySummary) -> Int64) -> Double? {
      ByHand.estimate(latencies.map { log(Double(percentile($0)) / Double(percentile($1))) }).map { exp($0) }
    }
    expected.updateValue(ratio(\.p50), forKey: "p50_ratio")
    expected.updateValue(ratio(\.p99), forKey: "p99_ratio")
    // Three rounds claim nothing.
    let verdict = isBase || arm.controlOf != nil ? nil : "rangeOnly"
    for column in ["cpu_verdict", "throughput_verdict", "p50_verdict", "p99_verdict"] {
      expected.updateValue(verdict, forKey: column)
    }
    let fidelity = result.fidelity.first { $0.arm == name }
    expected.updateValue(fidelity?.verdict.rawValue, forKey: "fidelity")
    expected.updateValue(
      fidelity.flatMap { $0.lostKeys.isEmpty ? nil : $0.lostKeys.joined(separator: " ") }, forKey: "lost_keys")
    return expected
  }

  @Test("slopes.csv has the fits of the summary, with their ends in order")
  func slopes() throws {
    let result = ExampleRun.withOpenTrials(rounds: 8, depths: [1, 2, 5])
    let summary = RunSummary(result)
    let file = try #require(ReportFolder(result, document: []).files.first { $0.name == "slopes.csv" })
    let (_, rows) = try Self.table(String(decoding: file.bytes, as: UTF8.self))
    #expect(rows.count == 5 * result.arms.count)
    for row in rows {
      let arm = try #require(summary.arm(named: row["arm"]))
      let fits = [
        "cpu_per_request_ns": arm.fits[.cpuPerRequest], "seconds_per_request": arm.fits[.secondsPerRequest],
        "p50_ns": arm.fits[.p50],
        "p99_ns": arm.fits[.p99], "allocations_per_request": arm.fits[.allocations],
      ]
      let fit = try #require(fits[row["quantity"] ?? ""].flatMap { $0 })
      let expected: [String: Any?] = [
        "arm": arm.arm.name, "quantity": row["quantity"], "slope_per_hop": fit.line.slope,
        "slope_low": fit.slopeInterval?.lowerBound, "slope_high": fit.slopeInterval?.upperBound,
        "intercept": fit.line.intercept, "intercept_low": fit.interceptInterval?.lowerBound,
        "intercept_high": fit.interceptInterval?.upperBound, "rounds": Double(fit.roundCount),
      ]
      #expect(Set(row.keys) == Set(expected.keys))
      for (column, written) in row { #expect(Self.agrees(written, expected[column] ?? nil), "\(row) \(column)") }
    }
  }
}
