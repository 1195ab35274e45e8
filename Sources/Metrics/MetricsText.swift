// A snapshot as the text that a scrape gets: which families there are, and which labels each has.

internal import Control
internal import Results
internal import Statistics

struct MetricsText {
  private var text: ExpositionText

  /// The whole of a scrape's answer.
  static func bytes(_ snapshot: MetricsSnapshot, constants: [MetricLabel]) -> [UInt8] {
    var all = MetricsText(text: ExpositionText(constants: constants))
    all.text.begin("ctxchain_build_info", .gauge, "The program that answers, and the command that it runs.")
    all.text.add([MetricLabel("version", snapshot.version), MetricLabel("command", snapshot.command)], 1)
    all.text.begin("ctxchain_dropped_series_total", .counter, "Nodes and trials that there was no room for here.")
    all.text.add([], snapshot.droppedSeriesCount)
    all.addNodes(snapshot.nodes)
    all.addEdges(snapshot.nodes)
    all.addCosts(snapshot.costs)
    all.addLoads(snapshot.loads)
    return all.text.bytes
  }

  // MARK: Nodes

  private mutating func addNodes(_ nodes: [MetricsSnapshot.Node]) {
    guard !nodes.isEmpty else { return }
    text.begin("ctxchain_up", .gauge, "1 while the node's process runs, 0 when it has ended.")
    for node in nodes { if let isUp = node.isUp { text.add(node.labels.list, isUp ? 1 : 0) } }
    text.begin("ctxchain_open_requests", .gauge, "Requests that arrived at a node and are not answered yet.")
    for node in nodes { text.add(node.labels.list, String(Int64(truncatingIfNeeded: node.now.open))) }
    for word in NodeWord.all {
      switch word.reading {
      case .count(let read):
        text.begin(word.name, .counter, word.help)
        for node in nodes { text.add(node.labels.list, read(node.counts)) }
      case .longest(let read):
        text.begin(word.name, .gauge, word.help)
        for node in nodes { text.add(node.labels.list, ExpositionText.seconds(read(node.counts))) }
      case .now(let read):
        text.begin(word.name, .gauge, word.help)
        for node in nodes { text.add(node.labels.list, read(node.now)) }
      case .reasons(let reasons, let showsZero, let read):
        text.begin(word.name, .counter, word.help)
        for node in nodes {
          for (index, reason) in reasons.enumerated() where showsZero || read(node.counts, index) > 0 {
            text.add(node.labels.list + [MetricLabel("reason", reason)], read(node.counts, index))
          }
        }
      }
    }
  }

  private mutating func addEdges(_ nodes: [MetricsSnapshot.Node]) {
    guard nodes.contains(where: { !$0.callees.isEmpty }) else { return }
    text.begin(
      "ctxchain_failed_calls_total", .counter, "Calls that came to no good answer, by edge; each further try is a call."
    )
    for node in nodes {
      for (slot, callee) in node.callees.prefix(CounterPage.edgeCountMax).enumerated() {
        let isShared = slot == CounterPage.edgeCountMax - 1 && node.callees.count > CounterPage.edgeCountMax
        text.add(
          [
            MetricLabel("caller", node.labels.service), MetricLabel("callee", isShared ? "others" : callee),
            MetricLabel("replica", "\(node.labels.replica)"), MetricLabel("strategy", node.labels.strategy),
            MetricLabel("transport", node.labels.transport),
          ], node.counts.failedCallsByEdge[slot])
      }
    }
  }

  private mutating func addCosts(_ costs: [(labels: CostLabels, totals: CostTotals)]) {
    guard !costs.isEmpty else { return }
    let families: [(String, String, (CostTotals) -> UInt64)] = [
      ("metered_deliveries", "Deliveries that the other metered counts belong to.", { $0.deliveries }),
      ("metered_allocations", "Heap allocations of a node's workers.", { $0.allocations }),
      ("metered_allocated_bytes", "Bytes of heap allocations of a node's workers.", { $0.allocatedSize }),
      ("metered_system_calls", "System calls of a node's workers.", { $0.systemCalls }),
    ]
    for (name, help, read) in families {
      text.begin("ctxchain_\(name)_total", .counter, help)
      for (labels, totals) in costs {
        text.add(labels.node.list + [MetricLabel("depth", "\(labels.depth)")], read(totals))
      }
    }
  }

  // MARK: Client

  private mutating func addLoads(_ loads: [(labels: LoadLabels, totals: TrialProgress)]) {
    guard !loads.isEmpty else { return }
    text.begin("ctxchain_client_requests_total", .counter, "Requests of the client that came to an end, by outcome.")
    for (labels, totals) in loads {
      let ledger = totals.ledger
      for (outcome, count) in [
        ("completed", ledger.completed), ("failed", ledger.failed), ("timed_out", ledger.timedOut),
        ("shed", ledger.shed), ("censored", ledger.censored),
      ] { text.add(labels.list + [MetricLabel("outcome", outcome)], count) }
    }
    text.begin("ctxchain_client_failures_total", .counter, "Requests of the client that did not complete, by reason.")
    for (labels, totals) in loads {
      for failure in totals.failures {
        text.add(labels.list + [MetricLabel("reason", failure.reason)], failure.requests)
      }
    }
    text.begin(
      "ctxchain_client_window_requests_total", .counter, "Requests that completed while the client measured.")
    for (labels, totals) in loads { text.add(labels.list, totals.completedInWindow) }
    text.begin("ctxchain_client_window_seconds_total", .counter, "Seconds for which the client measured.")
    for (labels, totals) in loads {
      text.add(labels.list, ExpositionText.seconds(UInt64(max(0, totals.windowNanoseconds))))
    }
    addLatencies(loads)
  }

  private mutating func addLatencies(_ loads: [(labels: LoadLabels, totals: TrialProgress)]) {
    text.begin(
      "ctxchain_client_latency_seconds", .histogram,
      "Response time from the moment a request was to be sent; what did not complete is in it as a lower bound.")
    for (labels, totals) in loads {
      guard let latency = totals.latency else { continue }
      var below: UInt64 = 0
      for (index, bound) in LatencyBuckets.bounds.enumerated() {
        below &+= latency.counts[index]
        text.add(
          labels.list + [MetricLabel("le", ExpositionText.seconds(bound))], String(below), suffix: "_bucket")
      }
      below &+= latency.counts[LatencyBuckets.bounds.count]
      text.add(labels.list + [MetricLabel("le", "+Inf")], String(below), suffix: "_bucket")
      text.add(labels.list, "\(latency.sumNanoseconds / 1e9)", suffix: "_sum")
      text.add(labels.list, String(below), suffix: "_count")
    }
  }
}

extension NodeLabels {
  fileprivate var list: [MetricLabel] {
    [
      MetricLabel("service", service), MetricLabel("replica", "\(replica)"), MetricLabel("strategy", strategy),
      MetricLabel("transport", transport),
    ]
  }
}

extension LoadLabels {
  fileprivate var list: [MetricLabel] {
    func text(_ number: Int) -> String { number == 0 ? "" : "\(number)" }
    return [
      MetricLabel("strategy", strategy), MetricLabel("transport", transport), MetricLabel("depth", text(depth)),
      MetricLabel("phase", phase), MetricLabel("in_flight", text(inFlight)),
      MetricLabel("connections", text(connections)),
    ]
  }
}
