// The files of numbers beside a page: which entries of a result stand in them, and in which columns. Numbers are in full,
// in the units of the document; what was not measured is empty.

package import Results
internal import Statistics

package enum NumberFiles {
  /// Every trial in the order of time, superseded ones included.
  package static func trials(_ result: RunResult) -> String { CSVTable(Column<Trial>.trials, result.trials).text }

  /// Every arm and depth.
  package static func summary(_ result: RunResult) -> String {
    summary(DecayFigures(result: result, summary: RunSummary(result)))
  }

  static func summary(_ decay: DecayFigures) -> String { CSVTable(Column<ArmRow>.ofFile, ArmRow.all(decay)).text }

  /// Every node of every arm at the largest depth.
  package static func nodes(_ result: RunResult) -> String {
    let figures = NodeFigures(result)
    let place: [Column<NodeFigures.Row>] = [
      Column("arm") { .text($0.arm) }, Column("depth") { _ in .integer(figures?.depth) },
      Column("service") { .text($0.service) }, Column("replica") { .integer($0.replica) },
    ]
    let counted = NodeFigures.columns.map { column in
      Column<NodeFigures.Row>(column.name) { .count(column.value($0)) }
    }
    return CSVTable(place + counted, figures?.rows ?? []).text
  }

  /// Every stage pass, the client and then node by node.
  package static func stages(_ result: RunResult) -> String {
    let entries = (result.stages ?? []).flatMap { pass in
      [StageEntry(pass: pass, node: nil)] + pass.nodes.map { StageEntry(pass: pass, node: $0) }
    }
    return CSVTable(Column<StageEntry>.stages, entries).text
  }

  /// Every arm and fitted metric: the marginal cost per hop.
  package static func slopes(_ summary: RunSummary) -> String {
    let entries = summary.arms.flatMap { arm in
      RunSummary.sloped.compactMap { metric in arm.fits[metric].map { SlopeEntry(arm.arm.name, metric, $0) } }
    }
    return CSVTable(Column<SlopeEntry>.slopes, entries).text
  }

  /// What arrived, a line per arm and depth, then a line per arm and edge.
  package static func fidelity(_ result: RunResult) -> String {
    let entries = result.fidelity.flatMap { fidelity in
      (fidelity.losses?.byDepth ?? []).map {
        LossEntry(arm: fidelity.arm, depth: $0.depth, edge: nil, loss: $0.loss)
      } + (fidelity.losses?.byEdge ?? []).map { LossEntry(arm: fidelity.arm, depth: nil, edge: $0, loss: $0.loss) }
    }
    return CSVTable(Column<LossEntry>.losses, entries).text
  }

  /// Every strategy and aspect.
  package static func semantics(_ result: RunResult) -> String {
    let table = result.semantics
    let entries = (table?.strategies ?? []).flatMap { strategy in
      strategy.cells.map { (strategy: strategy, cell: $0) }
    }
    let columns: [Column<(strategy: StrategySemantics, cell: SemanticsCell)>] = [
      Column("strategy") { .text($0.strategy.name) }, Column("store") { .text($0.strategy.store) },
      Column("propagator") { .text($0.strategy.propagator) },
      Column("transport") { .text($0.strategy.transportName) }, Column("depth") { _ in .integer(table?.depth) },
      Column("aspect") { .text($0.cell.aspect.rawValue) }, Column("verdict") { .text($0.cell.verdict.rawValue) },
      Column("text") { .text($0.cell.text) },
    ]
    return CSVTable(columns, entries).text
  }

  struct StageEntry {
    let pass: StagePass
    /// nil for the client.
    let node: NodeStages?
  }

  struct SlopeEntry {
    let arm: String
    let metric: Metric
    let fit: DecayFit

    init(_ arm: String, _ metric: Metric, _ fit: DecayFit) {
      self.arm = arm
      self.metric = metric
      self.fit = fit
    }
  }

  struct LossEntry {
    let arm: String
    let depth: Int?
    let edge: EdgeLoss?
    let loss: ContextLoss
  }
}

extension Column where Entry == Trial {
  static var trials: [Column] {
    let place: [Column] = [
      Column("round") { .integer($0.round) }, Column("position") { .integer($0.position) },
      Column("arm") { .text($0.arm) }, Column("depth") { .integer($0.depth) },
      Column("phase") { .text($0.phase.rawValue) }, Column("in_flight") { .integer($0.inFlight) },
      Column("connections") { .integer($0.connections) }, Column("planned_rate_per_s") { .full($0.plannedRate) },
      Column("window_ns") { .integer($0.windowNanoseconds) },
    ]
    let ledger: [Column] = [
      Column("planned") { .integer($0.ledger.planned) }, Column("completed") { .integer($0.ledger.completed) },
      Column("failed") { .integer($0.ledger.failed) }, Column("timed_out") { .integer($0.ledger.timedOut) },
      Column("shed") { .integer($0.ledger.shed) }, Column("censored") { .integer($0.ledger.censored) },
      Column("throughput_per_s") { .full($0.throughput) },
    ]
    let rest: [Column] = [
      Column("node_cpu_ns") { .integer($0.nodeCpuNanoseconds) },
      Column("client_cpu_ns") { .integer($0.clientCpuNanoseconds) }, Column("deliveries") { .integer($0.deliveries) },
      Column("host_steal_ratio") { .full($0.hostStealRatio) },
      Column("cpu_pressure_ratio") { .full($0.cpuPressureRatio) },
      Column("verdict") { .text($0.validity.verdict.rawValue) },
      Column("reasons") { .text($0.validity.reasons.joined(separator: "; ")) },
      Column("rerun") { .text("\($0.rerun)") },
      Column("superseded") { .text("\($0.superseded)") },
    ]
    return place + ledger + requests("response") { $0.responseTime } + requests("service") { $0.serviceTime }
      + latency("send_lag") { $0.sendLag } + rest
  }

  private static func latency(_ name: String, _ summary: @escaping (Trial) -> LatencySummary?) -> [Column] {
    let values: [(String, (LatencySummary) -> Int64)] = [
      ("p50", { $0.p50 }), ("p90", { $0.p90 }), ("p99", { $0.p99 }), ("p999", { $0.p999 }), ("max", { $0.max }),
    ]
    return values.map { part, value in Column("\(name)_\(part)_ns") { .integer(summary($0).map(value)) } } + [
      Column("\(name)_mean_ns") { .full(summary($0)?.mean) }, Column("\(name)_count") { .integer(summary($0)?.count) },
    ]
  }

  /// Of requests, some of which may not have completed.
  private static func requests(_ name: String, _ summary: @escaping (Trial) -> LatencySummary?) -> [Column] {
    latency(name, summary) + [
      Column("\(name)_unfinished_count") { .integer(summary($0)?.unfinishedCount) },
      Column("\(name)_least_unfinished_ns") { .integer(summary($0)?.leastUnfinished) },
    ]
  }
}

extension Column where Entry == NumberFiles.StageEntry {
  static var stages: [Column] {
    let place: [Column] = [
      Column("arm") { .text($0.pass.arm) }, Column("depth") { .integer($0.pass.depth) },
      Column("round") { .integer($0.pass.round) }, Column("requests") { .integer($0.pass.requests) },
      Column("response_ns") { .full($0.pass.response) }, Column("throughput_per_s") { .full($0.pass.throughput) },
      Column("throughput_without_clocks_per_s") { .full($0.pass.throughputWithoutClocks) },
      Column("service") { .text($0.node?.service ?? HopTimes.clientName) },
      Column("replica") { .integer($0.node?.replica ?? 0) },
      Column("deliveries_per_request") { .full($0.node?.deliveriesPerRequest) },
    ]
    let parts = TimePart.ofNodes.map { part in
      Column("\(part.name)_ns") { entry in
        .full(entry.node?.nanoseconds(part) ?? (part == .write ? entry.pass.client.write : nil))
      }
    }
    return place + parts + [
      Column("wait_ns") { .full($0.node?.wait ?? $0.pass.client.wait) },
      Column("overlap_ns") { .full($0.node?.overlap) }, Column("residence_ns") { .full($0.node?.residence) },
    ]
  }
}

extension Column where Entry == NumberFiles.SlopeEntry {
  static var slopes: [Column] {
    [
      Column("arm") { .text($0.arm) }, Column("quantity") { .text($0.metric.columnName) },
      Column("slope_per_hop") { .full($0.fit.line.slope) },
      Column("slope_low") { .full($0.fit.slopeInterval?.lowerBound) },
      Column("slope_high") { .full($0.fit.slopeInterval?.upperBound) },
      Column("intercept") { .full($0.fit.line.intercept) },
      Column("intercept_low") { .full($0.fit.interceptInterval?.lowerBound) },
      Column("intercept_high") { .full($0.fit.interceptInterval?.upperBound) },
      Column("rounds") { .integer($0.fit.roundCount) },
    ]
  }
}

extension Column where Entry == NumberFiles.LossEntry {
  static var losses: [Column] {
    [
      Column("arm") { .text($0.arm) }, Column("depth") { .integer($0.depth) },
      Column("caller") { .text($0.edge?.caller) }, Column("callee") { .text($0.edge?.callee) },
      Column("propagator") { .text($0.edge?.propagator) }, Column("transport") { .text($0.edge?.transportName) },
      Column("contexts") { .integer($0.loss.contexts) },
      Column("keys") { .integer($0.loss.keys) }, Column("keys_kept") { .integer($0.loss.keysKept) },
      Column("bytes") { .integer($0.loss.bytes) }, Column("bytes_kept") { .integer($0.loss.bytesKept) },
      Column("lost_keys") { .text($0.loss.lostKeys.joined(separator: " ")) },
      Column("changed_keys") { .text($0.loss.changedKeys.joined(separator: " ")) },
      Column("changed_types") { entry in
        .text(entry.loss.changedTypes.map { "\($0.key):\($0.sent)>\($0.arrived)" }.joined(separator: " "))
      }, Column("unnamed_keys") { .integer($0.loss.unnamedKeys) },
      Column("lost_flags") { .integer($0.loss.lostFlags) }, Column("gained_flags") { .integer($0.loss.gainedFlags) },
    ]
  }
}
