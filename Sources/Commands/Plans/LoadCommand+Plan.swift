// From the options of `load` to a plan, each held against its range.

internal import ArgumentParser
internal import Control
internal import Launcher
internal import Propagation
internal import Topology

extension LoadCommand {
  func plan(_ call: Invocation) throws -> LoadPlan {
    let target = try LoadTarget(entry)
    var headers = try headerFields()
    let request = try request(target, headers: &headers)
    let isHTTP = target.kind == .http
    let transport = self.transport ?? target.transport
    let size = self.size ?? (isHTTP ? 0 : ChainOptions.payloadSizeByDefault)
    let connections = self.connections ?? (isHTTP ? min(rate == nil ? inFlight : 64, 1024) : 1)
    let propagator = NameList.read(propagator).joined(separator: ",")
    guard PropagatorRegistry.resolve(propagator) != nil else {
      let names = PropagatorRegistry.names.joined(separator: ", ")
      throw ValidationError("--propagator: unknown \"\(propagator)\"; expected some of \(names)")
    }
    try OptionRange.check("--transport", transport, oneOf: Vocabulary.current.transports)
    try OptionRange.check("--connections", connections, 1...1024)
    try OptionRange.check("--in-flight", inFlight, 1...65536)
    try OptionRange.check("--hops", hops, 1...TopologyLimits.maxDepthMax)
    try OptionRange.check("--size", size, 0...TopologyLimits.payloadSizeMax)
    try OptionRange.check("--rate", rate: rate)
    try OptionRange.check("--requests", requests, 1...1_000_000_000)
    try OptionRange.check("--duration", duration, 0.1...86_400)
    try OptionRange.check("--timeout", timeout, OptionRange.timeout)
    if let deadline { try OptionRange.check("--deadline", deadline, 0...3600) }
    try OptionRange.check("--drain", drain, OptionRange.drain)
    try OptionRange.check("--arrival", arrival, oneOf: OptionRange.arrivals)
    try maxErrorRate.checkPart("--max-error-rate")
    if isHTTP, let request, rate == nil, inFlight > connections * request.pipeline {
      throw ValidationError(
        "--in-flight: \(inFlight) requests cannot be under way over \(connections) connections with --pipeline "
          + "\(request.pipeline)")
    }
    var client = ClientSide(
      propagator: propagator, payloadSize: size, set: [], fields: try fields(headers), transport: transport)
    client.tracing = tracing.ratio
    let topology = Topology(entry: 0, maxDepth: 0, client: client, services: [])
    try OpaqueSize.check(opaqueSize, topologies: [topology])
    var experiment = ExperimentPlan(
      commandLine: call.commandLine,
      arms: [ArmPlan(name: "load", store: nil, propagator: propagator, topology: topology)], depths: [hops],
      isChain: true, placement: .free, trialSeconds: duration.value, rounds: 1, budgetSeconds: nil, inFlight: inFlight,
      timeoutSeconds: timeout.value, drainSeconds: drain.value, seed: seed.value, isPoisson: arrival == "poisson",
      openLoopRate: rate, opaqueSize: opaqueSize, toolVersion: ToolVersion.current)
    experiment.metrics = try metrics.plan()
    var plan = LoadPlan(
      host: target.host, port: target.port, experiment: experiment, connections: connections, rate: rate,
      hopsLeft: hops, seconds: duration.value, requestCount: requests)
    plan.deadlineSeconds = deadline?.value
    plan.serverRequest = request
    plan.wrappers = try wrap.wrappers()
    plan.errorRateMax = maxErrorRate.value
    return plan
  }

  private func fields(_ headers: [ClientField]) throws -> [ClientField]? {
    let fields =
      try headers
      + field.map { text in
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw ValidationError("--field: expected NAME=VALUE, got \"\(text)\"") }
        let field = ClientField(name: String(parts[0]), value: String(parts[1]))
        if let problem = field.problem { throw ValidationError("--field: \(problem)") }
        return field
      }
    guard fields.count <= TopologyLimits.clientFieldCountMax else {
      throw ValidationError("--field: expected at most \(TopologyLimits.clientFieldCountMax), got \(fields.count)")
    }
    return fields.isEmpty ? nil : fields
  }
}
