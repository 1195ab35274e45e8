// The counting pass: a fixed number of requests, one in flight, then twice as many; the difference per request is
// exact, because start-up cancels. Nothing is timed here.

internal import Control
internal import Metrics
internal import Results
internal import Statistics
internal import Topology
internal import TransportCore

/// Everything counted up to one moment.
private struct CountReading {
  var meters: [MeterReading]
  var pages: [CounterPage]
}

struct RequestCounting: Pass {
  let kind = ExperimentPlan.Pass.counting

  func run(on experiment: Experiment) throws(LauncherError) {
    for arm in experiment.plan.arms.indices {
      experiment.observer.runDidProgress("counting: \(experiment.plan.arms[arm].name)", secondsLeft: nil)
      let set = try experiment.set(for: arm)
      try setCounting(true, set)
      for depth in experiment.plan.depths(of: arm, among: experiment.depths.depths) {
        try count(on: experiment, arm, depth, set)
      }
      try setCounting(false, set)
    }
    experiment.observer.runDidReach("counted allocations, system calls and bytes")
  }

  private func setCounting(_ isOn: Bool, _ set: ProcessSet) throws(LauncherError) {
    try set.ask(.counting(isOn), "counting") { _, report in if case .countingSet = report { true } else { false } }
  }

  private func count(on experiment: Experiment, _ arm: Int, _ depth: Int, _ set: ProcessSet) throws(LauncherError) {
    let spec = TrialSpec(arm: arm, depth: depth, phase: .single)
    var readings: [CountReading] = []
    var clients: [MeterReading] = []
    func run(_ requestCount: Int) throws(LauncherError) {
      readings.append(try read(on: experiment, set))
      let measured = try experiment.runner.run(
        spec, on: set, seconds: experiment.plan.timeoutSeconds, round: 0, position: 0, requestCount: requestCount,
        keep: { _ in })
      clients.append(measured.clientMeter)
    }
    let begin = experiment.elapsedSeconds
    let probeCount = ExperimentPlan.countedRequestCountMin
    try run(probeCount)
    let n = countedRequestCount(
      on: experiment, secondsPerRequest: (experiment.elapsedSeconds - begin) / Double(probeCount))
    // The probe, and as many again as will be counted, fill what is kept for later requests; the next two runs differ by
    // n requests and by nothing else.
    if n > probeCount { try run(n - probeCount) }
    let first = readings.count
    let second = experiment.elapsedSeconds
    for requestCount in [n, 2 * n] { try run(requestCount) }
    if depth == experiment.depthMax(of: arm) {
      experiment.secondsPerRequest[arm] = (experiment.elapsedSeconds - second) / Double(3 * n)
    }
    readings.append(try read(on: experiment, set))
    append(
      on: experiment,
      arm, depth, set, n: n, once: difference(readings[first + 1], readings[first]),
      twice: difference(readings[first + 2], readings[first + 1]),
      client: clients[first + 1].since(clients[first]))
  }

  /// As many as the time allows, which for all but slow graphs is the full number.
  private func countedRequestCount(on experiment: Experiment, secondsPerRequest: Double) -> Int {
    // n, n and 2n requests.
    let affordable = ExperimentPlan.countedSecondsMax / max(secondsPerRequest, 1e-9) / 4
    return max(
      ExperimentPlan.countedRequestCountMin, Int(min(Double(ExperimentPlan.countedRequestCount), affordable)))
  }

  private func read(on experiment: Experiment, _ set: ProcessSet) throws(LauncherError) -> CountReading {
    try set.refresh()
    return CountReading(
      meters: try set.readMeters(), pages: set.nodes.map { $0.process.counters ?? CounterPage() })
  }

  private func difference(_ later: CountReading, _ earlier: CountReading) -> CountReading {
    CountReading(
      meters: zip(later.meters, earlier.meters).map { $0.since($1) },
      pages: zip(later.pages, earlier.pages).map { $0.since($1) })
  }

  /// Per request: (the run of 2n requests − the run of n requests) / n.
  private func append(
    on experiment: Experiment,
    _ arm: Int, _ depth: Int, _ set: ProcessSet, n count: Int, once: CountReading, twice: CountReading,
    client: MeterReading
  ) {
    let n = Double(count)
    let isCounted = client.method != CountingPass.Method.none.rawValue
    func perRequest(_ path: (CountReading) -> UInt64) -> Double {
      Double(Int64(bitPattern: path(twice) &- path(once))) / n
    }
    func perDelivery(_ amount: UInt64, _ page: CounterPage) -> Double {
      page.deliveries == 0 ? 0 : Double(amount) / Double(page.deliveries)
    }
    let nodes = set.nodes.indices.map { index in
      let page = twice.pages[index]
      return NodeCounts(
        service: set.topology.services[set.nodes[index].service].name, replica: set.nodes[index].replica,
        deliveriesPerRequest: perRequest { $0.pages[index].deliveries },
        allocationsPerRequest: isCounted ? perRequest { $0.meters[index].allocations } : nil,
        allocatedBytesPerRequest: isCounted ? perRequest { $0.meters[index].allocatedSize } : nil,
        systemCallsPerRequest: isCounted ? perRequest { $0.meters[index].systemCalls } : nil,
        contextBytesInPerDelivery: perDelivery(page.contextSize, page),
        payloadBytesInPerDelivery: perDelivery(page.payloadSize, page),
        contextKeysPerDelivery: perDelivery(page.contextKeys, page))
    }
    let (name, transport) = (experiment.plan.arms[arm].name, experiment.plan.arms[arm].transport)
    experiment.result.counts.append(
      CountingPass(
        arm: name, depth: depth, requests: Int(n), method: isCounted ? .mallocInterposition : .none, nodes: nodes,
        client: ClientCounts(allocationsPerRequest: isCounted ? Double(client.allocations) / n : nil)))
    append(on: experiment, arm: name, depth, transport: transport, twice.pages, nodes)
    guard isCounted, let registry = experiment.metrics?.registry else { return }
    for (index, node) in set.nodes.enumerated() {
      let (meter, page) = (twice.meters[index].since(once.meters[index]), twice.pages[index].since(once.pages[index]))
      var labels = set.metricLabels(node.service, node.replica)
      // A control in a set that all arms share is under the name of what it repeats.
      labels.strategy = name
      registry.add(CostTotals(deliveries: page.deliveries, meter: meter), CostLabels(node: labels, depth: depth))
    }
  }

  /// Bytes per delivery, over all nodes.
  private func append(
    on experiment: Experiment, arm: String, _ depth: Int, transport: String, _ pages: [CounterPage],
    _ nodes: [NodeCounts]
  ) {
    let deliveries = pages.map(\.deliveries).reduce(0, +)
    func perHop(_ size: KeyPath<CounterPage, UInt64>) -> Double {
      deliveries == 0 ? 0 : Double(pages.map { $0[keyPath: size] }.reduce(0, +)) / Double(deliveries)
    }
    // Another program may not count what its transport adds, and no transport adds nothing.
    let isWhole = pages.contains { $0.protocolSize > 0 }
    let compresses = transport == Transport.grpc.name || pages.contains { $0.tableInsertions > 0 }
    let deepest = nodes.last { $0.deliveriesPerRequest > 0 }
    experiment.result.hopBytes.append(
      HopBytes(
        arm: arm, depth: depth, transport: transport, contextBytesPerHop: perHop(\.contextSize),
        payloadBytesPerHop: perHop(\.payloadSize), headerBytesPerHop: isWhole ? perHop(\.protocolSize) : nil,
        answerHeaderBytesPerHop: isWhole ? perHop(\.answerProtocolSize) : nil,
        answerPayloadBytesPerHop: isWhole ? perHop(\.answerPayloadSize) : nil,
        contextKeysAtDeepest: deepest?.contextKeysPerDelivery ?? 0,
        uncompressedContextBytesPerHop: compresses ? perHop(\.uncompressedContextSize) : nil,
        tableInsertionsPerHop: compresses ? perHop(\.tableInsertions) : nil))
  }
}
