// The columns of arms: at a depth, at a concurrency, over all depths. Every table and file of a run is a choice of these.

internal import Results
internal import Statistics

/// One arm at one depth.
struct ArmRow {
  let arm: RunSummary.ArmSummary
  let row: RunSummary.Row
  let decay: DecayFigures

  /// Those of all arms, by ascending depth.
  static func all(_ decay: DecayFigures) -> [ArmRow] {
    decay.summary.arms.flatMap { arm in arm.rows.map { ArmRow(arm: arm, row: $0, decay: decay) } }
  }

  static func all(_ decay: DecayFigures, depth: Int) -> [ArmRow] { all(decay).filter { $0.row.depth == depth } }
}

extension Column where Entry == ArmRow {
  /// A metric with the band of its rounds.
  private static func metric(
    _ metric: Metric, _ title: String, _ unit: String, narrow: (String, String)? = nil, _ scatter: Cell.Scatter = .none
  ) -> Column {
    Column(
      metric.columnName, title, unit, narrow: narrow, endings: metric.isExact ? [""] : ["", "_low", "_high"]
    ) { .point($0.decay.point(metric, arm: $0.arm.arm.name, depth: $0.row.depth), metric.unit.text, scatter) }
  }

  /// A percentile that may be a lower bound.
  private static func bounded(_ column: Column, _ value: @escaping (RunSummary.Row) -> Int64?) -> Column {
    column.with { entry in
      let isLowerBound = value(entry.row).map { (entry.row.leastUnfinished ?? .max) <= $0 } ?? false
      return isLowerBound ? .atLeast(column.cell(entry)) : column.cell(entry)
    }
  }

  /// A figure of pairs of rounds.
  private static func spread(
    _ name: String, _ title: String, _ unit: String, narrow: (String, String)? = nil, _ scatter: Cell.Scatter = .range,
    _ form: @escaping Cell.Form = NumberText.microseconds, _ value: @escaping (RunSummary.Row) -> MedianInterval?
  ) -> Column {
    Column(name, title, unit, narrow: narrow, endings: ["", "_min", "_max"]) { .spread(value($0.row), form, scatter) }
  }

  private static func count(
    _ name: String, _ title: String = "", _ unit: String = "", narrow: (String, String)? = nil,
    _ value: @escaping (RunSummary.Row) -> Double?
  ) -> Column {
    Column(name, title, unit, narrow: narrow) { .count(value($0.row)) }
  }

  static var arm: Column { Column("arm", "arm") { .text($0.arm.arm.name) } }
  static var depth: Column { Column("depth", "depth") { .integer($0.row.depth) } }
  static var throughput: Column { metric(.throughput, "throughput", "1/s", .half) }
  static var cpu: Column { metric(.cpuPerHop, "CPU per hop", "µs", narrow: ("CPU", "µs/hop"), .half) }
  static var p50: Column { bounded(metric(.p50, "P50", "µs")) { $0.p50 } }
  static var p99: Column { bounded(metric(.p99, "P99", "µs")) { $0.p99 } }
  static var p90: Column {
    bounded(Column("p90_ns", "P90", "µs") { .microseconds($0.row.p90.map { Double($0) }) }) { $0.p90 }
  }
  static var growth: Column {
    Column("growth", "growth", "P50/90/99") {
      .text(NumberText.growth([$0.row.p50Growth, $0.row.p90Growth, $0.row.p99Growth]))
    }
  }
  static var drop: Column {
    spread("drop_vs_baseline", "drop vs baseline", "%", narrow: ("drop vs", "baseline %"), .range, NumberText.percent) {
      $0.dropAgainstBaseline
    }
  }
  /// Without its range.
  static var dropAlone: Column { drop.with { .spread($0.row.dropAgainstBaseline, NumberText.percent, .none) } }
  static var dropFromFirst: Column {
    spread("drop_vs_depth_1", "drop vs depth 1", "%", narrow: ("drop vs", "depth 1 %"), .none, NumberText.percent) {
      $0.dropAgainstDepthOne
    }
  }
  static var added: Column {
    spread("added_cpu_per_hop_ns", "added CPU per hop", "µs", narrow: ("added CPU", "µs/hop")) { $0.addedCpuPerHop }
  }
  static var claim: Column { Column("cpu_verdict", "claim") { .claim($0.row.cpuComparison) } }
  static var addedPerRequest: Column {
    spread("added_cpu_per_request_ns", "added CPU per request", "µs", narrow: ("added CPU", "µs/req"), .none) {
      $0.addedCpuPerRequest
    }
  }
  static var marginal: Column { spread("marginal_cpu_ns", "+1 hop", "µs", .none) { $0.marginalCpu } }
  /// Over all depths.
  static var slope: Column {
    Column("", "marginal CPU", "µs") { .spread($0.arm.marginalCpu, NumberText.microseconds, .range) }
  }
  static var p50AtOne: Column {
    Column("single_in_flight_p50_ns", "P50, 1 in flight", "µs", narrow: ("P50 µs", "1 in flight")) {
      .microseconds($0.row.singleInFlightP50.map { Double($0) })
    }
  }
  static var context: Column { metric(.contextBytesPerHop, "context", "B/hop") }
  static var payload: Column { count("payload_bytes_per_hop", "payload", "B/hop") { $0.payloadBytesPerHop } }
  private static func wire(
    _ name: String, _ title: String, narrow: (String, String)? = nil, _ value: @escaping (WireBytes) -> Double
  ) -> Column {
    count("\(name)_bytes_per_request", title, "B/request", narrow: narrow) { $0.wireBytes.map(value) }
  }

  /// What crossed the wire, by what it was for.
  static var wireBytes: [Column] {
    [
      wire("context", "context") { $0.context },
      wire("request_protocol", "protocol, requests", narrow: ("protocol", "requests")) { $0.requestProtocol },
      wire("answer_protocol", "protocol, answers", narrow: ("protocol", "answers")) { $0.answerProtocol },
      wire("payload", "payload") { $0.payload }, wire("wire", "all") { $0.whole },
    ]
  }

  /// What compression of header fields made of the context.
  static var compression: [Column] {
    [
      count(
        "uncompressed_context_bytes_per_request", "context before HPACK", "B/request", narrow: ("context", "before")
      ) {
        $0.wireBytes?.uncompressedContext
      },
      count("table_insertions_per_request", "new in its table", "fields/request", narrow: ("new in", "table")) {
        $0.wireBytes?.tableInsertions
      },
    ]
  }

  /// What is left of the context after it.
  static var contextCompressed: Column {
    Column("", "context after", "% of before") { entry in
      let bytes = entry.row.wireBytes
      return .text(bytes?.uncompressedContext.map { NumberText.share($0 > 0 ? (bytes?.context ?? 0) / $0 : 1) })
    }
  }

  /// The context's part of all that crossed the wire.
  static var contextShare: Column {
    Column("", "context", "% of all") { entry in
      .text(entry.row.wireBytes.map { NumberText.share($0.whole > 0 ? $0.context / $0.whole : 0) })
    }
  }

  static var keys: Column { count("context_keys", "keys") { $0.contextKeys } }
  static var allocations: Column {
    count("allocations_at_middle_node", "allocations", "/request", narrow: ("alloc", "/req")) {
      $0.allocationsPerRequest
    }
  }
  static var allocationsOfAllNodes: Column { metric(.allocations, "allocations of all nodes", "/request") }
  static var systemCalls: Column {
    count("system_calls_at_middle_node", "syscalls", "/request", narrow: ("syscalls", "/req")) {
      $0.systemCallsPerRequest
    }
  }
  static var transport: Column { Column("transport", "transport") { .text($0.arm.arm.transportName) } }
  static var fidelity: Column { Column("fidelity", "context") { .fidelity($0.arm.fidelity) } }

  static var losses: Column {
    Column("", "loses") { entry in
      guard let fidelity = entry.arm.fidelity else { return .text(nil) }
      switch fidelity.verdict {
      case .faithful: return .text("nothing")
      case .lostAsDeclared: return .text(NumberText.plural(fidelity.lostKeys.count, "key"))
      case .mismatch, .notChecked: return .fidelity(fidelity)
      }
    }
  }

  // MARK: Choices

  /// Of the first screen. Regimes that none of the rows was measured in have no column.
  ///
  /// - Parameter count: columns that are left out, those first that a reader misses least.
  static func ofAnswer(_ rows: [ArmRow], depth: Int, without count: Int) -> [Column] {
    let name = Column("arm", "arm", narrow: ("COST", "at depth \(depth)")) { .text($0.arm.arm.name) }
    let throughput = throughput.with(narrow: ("requests", "/s")) {
      .number($0.row.throughput?.median, NumberText.whole)
    }
    let (atOne, open) = (
      alone(.one, "at 1", ("at 1", "µs/hop")), alone(.open, "open loop", ("open", "µs/hop"))
    )
    let regimes = [atOne, open].filter { column in rows.contains { column.cell($0).shown != NumberText.missing } }
    let left = ([context, allocations, throughput] + regimes.reversed() + [p99, p50]).map(\.name).prefix(count)
    return ([name, added, claim] + regimes + [throughput, p50, p99, allocations, context, losses]).filter {
      !left.contains($0.name)
    }
  }

  /// Of one arm, a row per depth.
  static var ofArm: [Column] {
    [
      depth, throughput, dropFromFirst, drop, p50, p90, p99, growth, cpu, marginal, context, payload, keys, allocations,
    ]
  }

  /// Of all arms at one depth, where lines are short; where they are not.
  static var narrowComparison: [Column] {
    [arm, added, claim, addedPerRequest, dropAlone, slope, p50AtOne, systemCalls, fidelity]
  }
  static var wideComparison: [Column] {
    [
      arm, throughput, drop, cpu, added, claim, addedPerRequest, slope, p50, p99, p50AtOne, allocations, systemCalls,
      context,
    ]
  }

  /// Of the file of all arms and depths.
  static var ofFile: [Column] {
    [
      arm, Column("store") { .text($0.arm.arm.store) },
      Column("propagator") { .text($0.arm.arm.propagator) }, transport,
      Column("control_of") { .text($0.arm.arm.controlOf) }, depth,
      throughput, p50, p99, cpu, metric(.cpuPerRequest, "CPU per request", "µs"), allocationsOfAllNodes, context,
      dropFromFirst, drop, added,
      addedPerRequest, marginal, p90, Column("latency_count") { .integer($0.row.latencyCount) },
      Column("least_unfinished_ns") { .integer($0.row.leastUnfinished) },
      count("p99_growth") { $0.p99Growth }, p50AtOne, payload,
    ] + wireBytes + compression + [
      keys, allocations, systemCalls, claim,
      Column("throughput_verdict") { .claim($0.row.throughputComparison) },
      count("p50_ratio") { $0.p50Effect?.effect }, Column("p50_verdict") { .claim($0.row.p50Comparison) },
      count("p99_ratio") { $0.p99Effect?.effect }, Column("p99_verdict") { .claim($0.row.p99Comparison) }, fidelity,
      Column("lost_keys") { .text($0.arm.fidelity?.lostKeys.joined(separator: " ") ?? "") },
    ]
  }

  /// Percentiles against the baseline, by round.
  static var responseTime: [Column] {
    [arm, p50, ratio("P50 /") { $0.p50Effect }, claim { $0.p50Comparison }, p99, ratio("P99 /") { $0.p99Effect }]
      + [
        claim { $0.p99Comparison },
        Column("", "rounds", "with a P99") { .text($0.row.p99Effect.map { "\($0.roundCount)" } ?? "0") },
      ]
  }

  private static func ratio(_ title: String, _ effect: @escaping (RunSummary.Row) -> PairedEffect?) -> Column {
    Column("", title, "baseline") { entry in
      guard let effect = effect(entry.row) else { return .text(nil) }
      let text = { (value: Double?) in NumberText.short(value) }
      return .text(
        effect.roundCount > 1
          ? NumberText.withRange(effect.effect, effect.interval ?? effect.min...effect.max, unit: "", text)
          : text(effect.effect))
    }
  }

  private static func claim(_ comparison: @escaping (RunSummary.Row) -> Comparison?) -> Column {
    Column("", "claim") { entry in
      let comparison = comparison(entry.row)
      return comparison?.verdict == .tooFew ? .text(Comparison.Verdict.tooFew.words) : .claim(comparison)
    }
  }
}

extension Column where Entry == (arm: String, row: RunSummary.ConcurrencyRow) {
  /// At the largest depth, by concurrency.
  static var byConcurrency: [Column] {
    [
      Column("arm", "arm") { .text($0.arm) }, Column("in_flight", "in flight") { .text($0.row.concurrency.name) },
      Column("", "throughput", "1/s") { .spread($0.row.throughput, NumberText.whole, .half) },
      Column("", "drop vs", "baseline %") { .spread($0.row.dropAgainstBaseline, NumberText.percent, .range) },
      Column("", "claim") { .claim($0.row.throughputComparison) },
      Column("", "CPU", "µs/hop") { .spread($0.row.cpuPerHop, NumberText.microseconds, .half) },
      Column("", "added CPU", "µs/hop") { .spread($0.row.addedCpuPerHop, NumberText.microseconds, .range) },
      Column("", "claim") { .claim($0.row.cpuComparison) },
      Column("", "P50", "µs") {
        let cell = Cell.microseconds($0.row.p50.map { Double($0) })
        return $0.row.isP50LowerBound ? .atLeast(cell) : cell
      },
    ]
  }
}

extension Column where Entry == RunSummary.ArmSummary {
  /// Marginal cost per hop to each metric.
  static var slopes: [Column] {
    [Column("arm", "arm") { .text($0.arm.name) }]
      + RunSummary.sloped.map { metric in
        Column(metric.columnName, metric.words, metric.shownUnit) { arm in
          guard let fit = arm.fits[metric] else { return .text(nil) }
          return .text(
            fit.slopeInterval.map { NumberText.withRange(fit.line.slope, $0, unit: "", metric.unit.text) }
              ?? metric.unit.text(fit.line.slope))
        }
      }
  }
}

extension Metric {
  /// As people read it: `µs/request`.
  var shownUnit: String {
    facts.per.isEmpty || words.hasSuffix(facts.per) ? unit.shown : unit.shown + "/" + facts.per
  }
}
