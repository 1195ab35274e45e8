// A made-up result in which every field of the document is present, and one in which as little as possible is.

import Report
import Results
import Statistics
import Topology

extension ExampleRun {
  static func full() -> RunResult {
    var result = empty(rounds: 1, depths: [1, 3], arms: [kinds[0].arm, kinds[1].arm, kinds[2].arm])
    result.interrupted = true
    result.exitStatus = 130
    result.seed = .max
    result.settings.opaqueSize = 1_024
    result.settings.textSizes = [15, 16]
    result.settings.droppedDepths = [2]
    result.settings.openTrialSeconds = 1.5
    result.settings.preset = "standard"
    result.settings.trialsPerRound = 2
    result.settings.moreConcurrencies = [Concurrency(inFlight: 64, connections: 64)]
    result.settings.fullRunSeconds = 131.5
    result.settings.openLoopRate = 9_350
    result.settings.openLoopRateReason = "half of the slowest pilot, map at depth 3"
    result.settings.utilisation = 0.5
    result.settings.arrival = "poisson"
    result.settings.roundSeconds = 1.5
    result.topology = everyStep()
    for index in result.arms.indices { result.arms[index].transport = "frame" }
    result.arms[0].topology = chain(1)
    result.arms[0].placement = "free"
    result.arms[0].inFlight = 16
    result.arms[0].opaqueSize = 500
    result.arms[0].program = "/opt/old/ctxchain"
    result.warmups = [Warmup(arm: "map", set: 1, windowsDiscarded: 125, seconds: 5, steady: false)]
    result.trials = [fullTrial()]
    result.histograms = [
      MergedHistogram(arm: "map", depth: 3, phase: .open, responseTime: filled([90_000, 110_000, 250_000, 250_000])),
      MergedHistogram(
        arm: "map", depth: 3, phase: .closed, concurrency: Concurrency(inFlight: 64, connections: 64),
        responseTime: filled([90_000, 110_000], unfinished: 2)),
    ]
    result.roundLatencies = [
      RoundLatency(round: 0, arm: "map", depth: 3, responseTime: LatencySummary(filled([90_000, 250_000]))!)
    ]
    result.counts = [
      CountingPass(
        arm: "map", depth: 3, requests: 512, method: .mallocInterposition,
        nodes: [
          NodeCounts(
            service: "gateway", replica: 0, deliveriesPerRequest: 1, allocationsPerRequest: 31,
            allocatedBytesPerRequest: 1_488, systemCallsPerRequest: 6, contextBytesInPerDelivery: 188,
            payloadBytesInPerDelivery: 128, contextKeysPerDelivery: 8, retainsPerRequest: 296, releasesPerRequest: 406)
        ], client: ClientCounts(allocationsPerRequest: 0))
    ]
    result.hopBytes = [
      HopBytes(
        arm: "map", depth: 3, transport: "frame", contextBytesPerHop: 188, payloadBytesPerHop: 128,
        headerBytesPerHop: 40, answerHeaderBytesPerHop: 32, answerPayloadBytesPerHop: 100, contextKeysAtDeepest: 8.5,
        uncompressedContextBytesPerHop: 240, tableInsertionsPerHop: 1.5)
    ]
    result.inProcess = [
      InProcessHop(
        arm: "map", layer: 2, arrivalNanoseconds: Spread([12_000, 12_400, 13_100])!,
        hopNanoseconds: Spread([19_000, 20_100, 24_300])!, arrivalAllocations: 59, hopAllocations: 93)
    ]
    result.stages = [stagePass("map", depth: 3)]
    result.memory = [
      NodeMemory(arm: "map", service: "gateway", replica: 0, resident: 23_052_288, proportional: 2_509_824)
    ]
    result.network = NetworkFigures(
      nodes: [
        RemoteNodeFigures(
          service: "gateway", replica: 0, address: "10.0.0.2:7071", host: "host-a", cpuCount: 4, kernel: "Linux 6.1.0",
          roundTripMin: 190_000, orderMedian: 310_000,
          returns: [NodeReturn(round: 0, restarted: true, reason: "Connection reset by peer")]),
        RemoteNodeFigures(
          service: "cart", replica: 1, address: "10.0.0.3:7071", host: "host-b", cpuCount: 2, kernel: "Linux 6.1.0"),
      ],
      edges: [
        EdgeTime(
          from: "gateway", fromReplica: 0, to: "cart", toReplica: 1, roundTripMin: 190_000, roundTripSmoothed: 210_000)
      ])
    result.fidelity = [
      FidelityResult(
        arm: "map", verdict: .mismatch, requests: 256, views: 255, lostKeys: ["tenant"],
        firstDifferingEdge: "gateway → cart", expected: "user=42", found: "nothing", losses: someLosses())
    ]
    result.semantics = SemanticsTable(depth: 3, strategies: [])
    result.semantics?.strategies = [someSemantics()]
    result.failures = [
      NodeFailure(
        node: "ctxchain node cart 0", service: "cart", arm: "map", reason: "killed by SIGKILL", signal: 9,
        exitCode: 137, lastLogLines: ["ready on 40123", "closing"], requestsLost: 64)
    ]
    result.closedConnections = [
      ClosedConnections(arm: "map", service: "gateway", replica: 0, reason: "tooShort", connections: 2),
      ClosedConnections(arm: "map", service: "gateway", replica: 0, reason: "tooLarge", connections: 3),
      ClosedConnections(arm: "map", service: "cart", replica: 1, reason: "noHopsLeft", connections: 1),
    ]
    result.workerDeliveries = [
      WorkerDeliveries(arm: "map", service: "gateway", replica: 0, deliveries: [510, 490]),
      WorkerDeliveries(arm: "map", service: "cart", replica: 1, deliveries: [3, 0, 1]),
    ]
    result.givenUp = [
      NodeEvents(
        arm: "map", service: "gateway", replica: 0,
        counts: [
          .cancelled: 38, .deadlineExceeded: 2, .abandoned: 0, .lateSlices: 1, .lateSleeps: 0, .lateCalls: 0,
          .stopNanosecondsMax: 180_000,
        ]),
      NodeEvents(
        arm: "map", service: "cart", replica: 1,
        counts: [
          .cancelled: 0, .deadlineExceeded: 0, .abandoned: 38, .lateSlices: 1_900, .lateSleeps: 38, .lateCalls: 76,
          .stopNanosecondsMax: 0,
        ]),
    ]
    result.calls = [
      NodeEvents(
        arm: "map", service: "gateway", replica: 0,
        counts: [.retries: 5, .unreachedCalls: 2, .toleratedFailures: 3])
    ]
    result.spans = [
      NodeEvents(arm: "map", service: "gateway", replica: 0, counts: [.spans: 4_100, .droppedSpans: 7])
    ]
    result.refused = [
      RefusedRequests(arm: "map", service: "gateway", replica: 0, reason: "missingField", requests: 16),
      RefusedRequests(arm: "map", service: "gateway", replica: 0, reason: "malformedField", requests: 8),
    ]
    result.notes = ["the host took 3.1 % of the CPU time in round 0"]
    return result
  }

  /// Nothing was measured: stopped before the first trial.
  static func sparse() -> RunResult {
    var result = empty(rounds: 0, depths: [1], arms: [kinds[0].arm])
    result.interrupted = true
    result.settings.budgetSeconds = nil
    return result
  }

  static func filled(_ values: [Int64], unfinished: UInt64 = 0) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for value in values { histogram.record(nanoseconds: value) }
    if unfinished > 0 { histogram.recordUnfinished(nanoseconds: 250_000, count: unfinished) }
    return histogram
  }

  /// As `ctxchain semantics` has it, evidence included.
  static func someSemantics() -> StrategySemantics {
    StrategySemantics(
      name: "map", store: "map", propagator: "json-map", transport: "frame",
      cells: SemanticsAspect.allCases.map { aspect in
        SemanticsCell(
          aspect: aspect, verdict: aspect == .bytes ? .figure : .yes, text: aspect == .bytes ? "224" : "kept",
          evidence: [SemanticsEvidence(place: "client", text: "tracestate a=b")])
      })
  }

  /// B3 between the second and the third service, with a fault that turns a number into a text.
  static func someLosses() -> FidelityLosses {
    var whole = ContextLoss()
    (whole.contexts, whole.keys, whole.keysKept, whole.bytes, whole.bytesKept) = (256, 1_792, 1_792, 30_720, 30_720)
    var lossy = whole
    (lossy.keysKept, lossy.bytesKept) = (512, 6_400)
    lossy.lostKeys = ["tenant", "tracestate"]
    lossy.changedKeys = ["request-id"]
    lossy.changedTypes = [ContextLoss.ChangedType(key: "user", sent: "integer", arrived: "text")]
    lossy.unnamedKeys = 2
    lossy.lostFlags = 2
    return FidelityLosses(
      byDepth: [DepthLoss(depth: 1, loss: whole), DepthLoss(depth: 3, loss: lossy)],
      byEdge: [
        EdgeLoss(
          caller: "client", callee: "gateway", propagator: "tracecontext,baggage", transport: "frame", loss: whole),
        EdgeLoss(caller: "gateway", callee: "cart", propagator: "b3", transport: "frame", loss: lossy),
      ])
  }

  private static func fullTrial() -> Trial {
    var validity = ValidityVerdict.ok
    validity.add(.suspect, "the host took 3.1 % of the CPU time")
    var work = NodeWork(service: "gateway", replica: 0, cpuNanoseconds: 50_000_000, deliveries: 1_800)
    work.runQueueWaitNanoseconds = 12_000_000
    work.voluntarySwitches = 1_800
    work.involuntarySwitches = 12
    let histogram = filled([90_000, 110_000], unfinished: 2)
    let latency = LatencySummary(histogram)
    var trial = Trial(
      round: 0, position: 2, arm: "map", depth: 3, phase: .open, inFlight: 64, connections: 1, plannedRate: 9_350,
      windowNanoseconds: 200_000_000,
      ledger: Ledger(planned: 1_870, completed: 1_800, failed: 40, timedOut: 15, shed: 10, censored: 5),
      throughput: 9_000, responseTime: latency, serviceTime: latency,
      sendLag: LatencySummary(filled([700, 900])),
      nodeCpuNanoseconds: 150_000_000, clientCpuNanoseconds: 9_000_000, deliveries: 5_400,
      nodes: [work],
      hostStealRatio: 0.031, cpuPressureRatio: 0.4, validity: validity, rerun: true, superseded: true)
    trial.failures = [
      FailureCount(reason: "UNAVAILABLE", requests: 40), FailureCount(reason: "timed out", requests: 15),
      FailureCount(reason: "no connection", requests: 10),
    ]
    trial.lostConnections = 1
    trial.earlyEnd = "every connection to the entry was lost"
    return trial
  }

  /// Every kind of step, value and duration.
  private static func everyStep() -> Topology {
    func call(_ service: Int, timeout: Int64 = 0) -> Call {
      var call = Call(
        service: service, payloadSize: 512, timeoutNanoseconds: timeout, probability: 0.3, retries: 2,
        propagator: "json-map", transport: "frame", dropsContext: false, ignoresDeadline: true,
        isOptional: true, pipeline: 16, contextInBody: true, neverIndexed: ["trace", "binary"])
      call.forwardsBody = true
      return call
    }
    func service(_ name: String, _ script: [Step]) -> Service {
      var service = Service(
        name: name, replicas: 2, workers: 1, strategy: "map", store: "map", contextWork: true, keysPerLayer: 3,
        growth: "distinct", responseSize: 1_024, errorRate: 0.001, script: script,
        writes: AccessRatio(writes: 1, reads: 100), errorStatus: .unavailable)
      service.keepsContext = KeptContext(deadlineNanoseconds: 10_000_000_000, isReleased: true)
      return service
    }
    let assignments = [
      Assignment(key: "tenant", value: .text("acme")), Assignment(key: "user", value: .integer(-42)),
      Assignment(key: "digits", value: .text("42")),
    ]
    let fields = [ClientField(name: "x-tenant-code", value: "acme")]
    var topology = Topology(
      entry: 0, maxDepth: 4,
      client: ClientSide(
        propagator: "json-map", payloadSize: 128, set: assignments, fields: fields,
        bad: [BadRequests(share: 0.01, fields: fields)], transport: "http1", contextInBody: true,
        neverIndexed: ["call"]),
      services: [
        service(
          "gateway",
          [
            .set(assignments), .work(.fixed(nanoseconds: 50_000)), .countedWork(iterations: 20_000),
            .sleep(.exponential(meanNanoseconds: 120_000)),
            .call(call(1)), .parallel([call(1), call(2, timeout: 100_000_000)]),
          ]),
        service("cart", []), service("pricing", []),
      ])
    topology.services[0].gateway = everyRule(assignments)
    topology.services[0].port = 7072
    topology.services[0].tracing = .oneOf(50)
    topology.client.tracing = .off
    topology.services[0].resources = Resources(cpuThousandths: 500, memorySize: 64 << 20)
    topology.services[0].scriptedCalls = ScriptedCallRules(propagator: "tracecontext", allowsRemote: true)
    topology.services[0].external = ExternalService(
      host: "127.0.0.1", port: 8080, path: "/cart?x=1", method: "/shop.v1.Cart/Get", message: "0a03616263")
    return topology
  }

  private static func everyRule(_ defaults: [Assignment]) -> GatewayRules {
    GatewayRules(
      required: [FieldRule(field: "x-tenant-code", target: "tenant", pattern: "[a-z0-9-]{1,16}")],
      optional: [FieldRule(field: "x-user-id", target: "user", pattern: "[0-9]+")],
      rejected: [RejectedField(field: "x-internal", pattern: ".+")],
      mappings: [
        FieldMapping(
          source: "x-alias", target: "region", pattern: "[a-z]+",
          when: FieldCondition(field: "x-kind", is: "service", matches: "s.*", absent: false))
      ], defaults: defaults)
  }
}
