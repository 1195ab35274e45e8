// A checked topology: every reference resolved, every default filled in. Plain values, no YAML.

/// A graph of services, as the launcher starts it and as `validate --print` shows it.
package struct Topology: Codable, Equatable, Sendable {
  /// Index of the entry in `services`.
  package var entry: Int
  /// Hops that a request may make, client → entry included; 0 when the graph has no cycle and needs no bound.
  package var maxDepth: Int
  package var client: ClientSide
  package var services: [Service]

  package init(entry: Int, maxDepth: Int, client: ClientSide, services: [Service]) {
    self.entry = entry
    self.maxDepth = maxDepth
    self.client = client
    self.services = services
  }
}

extension Topology {
  /// Of edges whose file or document says none.
  package static let transportByDefault = "frame"

  /// What an edge may have that an external takes part in, first what it has without a word.
  package static let transportsOfExternals = ["http1", "grpc"]

  /// Some service listens at a port of its own: no two of them can be there at once.
  package var hasFixedPorts: Bool { services.contains { $0.port != nil } }

  /// Some service is not ours.
  package var hasExternals: Bool { services.contains { $0.external != nil } }

  /// Of every edge, the client's first.
  package var transports: [String] {
    [client.transportName] + services.flatMap(\.script).flatMap(\.calls).map(\.transport)
  }
}

/// What the client sends to the entry.
package struct ClientSide: Codable, Equatable, Sendable {
  package var propagator: String
  /// Bytes.
  package var payloadSize: Int
  /// Keys that the client sets beside the standard ones (request id, user, tenant, trace).
  package var set: [Assignment]
  /// Bytes of the request ids and tenants that client and services set: one text that Swift holds without memory of its own,
  /// and one that it does not; one that leaves room in a field of the standard context, and one that fills it. None is
  /// longer than the field, because the propagator `schema` would lose it.
  package static let textSizes = [15, 16]
  /// Header fields of every request, in place of those that the propagator writes under the same names. Nil: none.
  package var fields: [ClientField]?
  /// Shares of the requests that carry other fields. Nil: none.
  package var bad: [BadRequests]?
  /// Nil in documents of before, which means `frame`.
  package var transport: String?
  /// See `Call`.
  package var contextInBody: Bool?
  package var neverIndexed: [String]?
  /// Which of the traces that it begins are sampled; every request then begins one. Nil: all are, of a few that come again.
  package var tracing: SamplingRatio?

  package init(
    propagator: String, payloadSize: Int, set: [Assignment], fields: [ClientField]? = nil, bad: [BadRequests]? = nil,
    transport: String? = nil, contextInBody: Bool? = nil, neverIndexed: [String]? = nil
  ) {
    self.propagator = propagator
    self.payloadSize = payloadSize
    self.set = set
    self.fields = fields
    self.bad = bad
    self.transport = transport
    self.contextInBody = contextInBody
    self.neverIndexed = neverIndexed
  }

  package var transportName: String { transport ?? Topology.transportByDefault }
}

package struct Service: Codable, Equatable, Sendable {
  package var name: String
  /// Processes, 1 to `TopologyLimits.replicasMax`.
  package var replicas: Int
  /// Threads of each process, 1 to `TopologyLimits.workersMax`.
  package var workers: Int
  /// A preset's name, or `custom` when store and propagators were named one by one.
  package var strategy: String
  package var store: String
  /// Of the accesses to what a shared store shares, how many write; nil for `AccessRatio.standard`.
  package var writes: AccessRatio?
  /// False: the standard work on the context (`StandardWork`) is not done here.
  package var contextWork: Bool
  package var keysPerLayer: Int
  /// `shadow` or `distinct`.
  package var growth: String
  /// Bytes.
  package var responseSize: Int
  /// Share of requests answered with an error, 0…1.
  package var errorRate: Double
  /// What that error is; nil for `DeclaredError.internal`.
  package var errorStatus: DeclaredError?
  package var script: [Step]
  /// What it takes from raw header fields, in place of what the caller's propagator would read. Nil: it is no gateway.
  package var gateway: GatewayRules?
  /// A fault to reproduce; nil for none.
  package var keepsContext: KeptContext?
  /// It runs already, and is not ours: it is called, and not started. Nil: it is started.
  package var external: ExternalService?
  /// Where its only replica listens, for externals that call it; nil for any free port.
  package var port: UInt16?
  /// It makes the calls that its requests ask for, behind its script. Nil: it does not.
  package var scriptedCalls: ScriptedCallRules?
  /// It records spans of the traces that are sampled, and of so many of those that it begins itself. Nil: it records none.
  package var tracing: SamplingRatio?
  /// What each process may use. Nil: what there is.
  package var resources: Resources?

  package init(
    name: String, replicas: Int, workers: Int, strategy: String, store: String, contextWork: Bool, keysPerLayer: Int,
    growth: String, responseSize: Int, errorRate: Double, script: [Step], writes: AccessRatio? = nil,
    gateway: GatewayRules? = nil, errorStatus: DeclaredError? = nil
  ) {
    self.name = name
    self.replicas = replicas
    self.workers = workers
    self.strategy = strategy
    self.store = store
    self.contextWork = contextWork
    self.keysPerLayer = keysPerLayer
    self.growth = growth
    self.responseSize = responseSize
    self.errorRate = errorRate
    self.errorStatus = errorStatus
    self.script = script
    self.writes = writes
    self.gateway = gateway
  }
}

/// An error that a service answers on purpose, by gRPC's name: a caller may try again what was unavailable, and nothing
/// else.
package enum DeclaredError: String, Codable, CaseIterable, Sendable {
  case `internal` = "INTERNAL"
  case unavailable = "UNAVAILABLE"
}

/// A server of HTTP/1.1 or gRPC that takes part without being one of this program's nodes: a proxy, or a service of
/// somebody's own. The script of its service says which calls it is known to make. What it does with a context is unknown; it
/// is taken to hand on what it got.
package struct ExternalService: Codable, Equatable, Sendable {
  /// See chain.proto.
  package static let chainMethod = "/ctxchain.v1.Chain/Call"

  package var host: String
  package var port: UInt16
  /// What is asked for over HTTP/1.1, with a query if there is one.
  package var path: String
  /// What is called over gRPC; nil for the chain's own call, which proxies hand on.
  package var method: String?
  /// Of a method of its own: what every call sends, in hexadecimal digits. Nil: an empty message.
  package var message: String?

  package init(host: String, port: UInt16, path: String = "/", method: String? = nil, message: String? = nil) {
    self.host = host
    self.port = port
    self.path = path
    self.method = method
    self.message = message
  }

  /// Its messages are not the chain's.
  package var hasOwnMessages: Bool { method != nil && method != Self.chainMethod }

  /// `message`.
  package var ownMessage: [UInt8]? { message.flatMap(HexText.bytes) }

  /// What a call sends that hands no body on; nil where the call says that.
  package var usualMessage: [UInt8]? { hasOwnMessages ? ownMessage ?? [] : nil }

  /// What requests ask for over a transport.
  package func path(over transport: String) -> String { transport == "grpc" ? method ?? "/" : path }

  /// The transport that its keys speak of; nil where they speak of none.
  var ownTransport: String? { method != nil ? "grpc" : path != "/" ? "http1" : nil }

  /// As Host has it.
  package var authority: String { "\(host):\(port)" }
}

/// Requests bring a list of calls in their bodies, as public test suites for propagation do.
package struct ScriptedCallRules: Codable, Equatable, Sendable {
  /// How those calls carry the context.
  package var propagator: String
  /// They may go to other machines. Nil: to this one alone.
  package var allowsRemote: Bool?

  package init(propagator: String, allowsRemote: Bool? = nil) {
    self.propagator = propagator
    self.allowsRemote = allowsRemote
  }
}

/// A copy of each request's context with a deadline of its own, in a table that outlives the request.
package struct KeptContext: Codable, Equatable, Sendable {
  package var deadlineNanoseconds: Int64
  /// Taken out of the table, its timer cancelled, when the request ends: as it is done right.
  package var isReleased: Bool

  package init(deadlineNanoseconds: Int64, isReleased: Bool) {
    self.deadlineNanoseconds = deadlineNanoseconds
    self.isReleased = isReleased
  }
}

/// So many writes to so many reads.
package struct AccessRatio: Codable, Equatable, Sendable {
  package var writes: Int
  package var reads: Int

  package init(writes: Int, reads: Int) {
    self.writes = writes
    self.reads = reads
  }

  package static let standard = AccessRatio(writes: 1, reads: 10)
}

package enum Step: Codable, Equatable, Sendable {
  case set([Assignment])
  /// CPU time really burnt.
  case work(DurationDistribution)
  /// So many turns of a loop that does nothing: the same instructions each time, however fast the machine is just now.
  case countedWork(iterations: Int64)
  case sleep(DurationDistribution)
  case call(Call)
  case parallel([Call])
}

package struct Assignment: Codable, Equatable, Sendable {
  package var key: String
  package var value: AssignedValue

  package init(key: String, value: AssignedValue) {
    self.key = key
    self.value = value
  }
}

package enum AssignedValue: Codable, Equatable, Sendable {
  case integer(Int64)
  case text(String)
}

package enum DurationDistribution: Codable, Equatable, Sendable {
  case fixed(nanoseconds: Int64)
  case exponential(meanNanoseconds: Int64)
}

package struct Call: Codable, Equatable, Sendable {
  /// Index of the callee in `Topology.services`.
  package var service: Int
  /// Bytes.
  package var payloadSize: Int
  /// 0 when only the caller's own deadline bounds the call.
  package var timeoutNanoseconds: Int64
  /// 0…1; drawn anew for every request.
  package var probability: Double
  /// Further tries after a call that failed with UNAVAILABLE or DEADLINE_EXCEEDED of its own timeout.
  package var retries: Int
  package var propagator: String
  /// `frame`.
  package var transport: String
  /// A fault to reproduce: the context is not injected, though the propagator's rules say it should be.
  package var dropsContext: Bool
  /// `deadline: ignore`: the callee hears neither of the caller's deadline nor that the caller gave up. Nil: it does.
  package var ignoresDeadline: Bool?
  /// The request goes on when this call fails. Nil: it fails with it.
  package var isOptional: Bool?
  /// The payload is the body that came with the request. Nil: it is `payloadSize` bytes that nobody reads.
  package var forwardsBody: Bool?
  /// Requests under way at once on a connection, over a transport that answers in the order of requests; 2 to
  /// `TopologyLimits.pipelineMax`. Nil: one.
  package var pipeline: Int?
  /// `place: body`: over a transport that has header fields the context travels at the front of the body. Nil: in the fields.
  package var contextInBody: Bool?
  /// `hpack`: over a transport that has a table of header fields, the classes (`FieldIndexing.classes`) of those that it
  /// never takes in. Nil: none.
  package var neverIndexed: [String]?

  package init(
    service: Int, payloadSize: Int, timeoutNanoseconds: Int64, probability: Double, retries: Int, propagator: String,
    transport: String, dropsContext: Bool, ignoresDeadline: Bool? = nil, isOptional: Bool? = nil,
    pipeline: Int? = nil, contextInBody: Bool? = nil, neverIndexed: [String]? = nil
  ) {
    self.service = service
    self.payloadSize = payloadSize
    self.timeoutNanoseconds = timeoutNanoseconds
    self.probability = probability
    self.retries = retries
    self.propagator = propagator
    self.transport = transport
    self.dropsContext = dropsContext
    self.ignoresDeadline = ignoresDeadline
    self.isOptional = isOptional
    self.pipeline = pipeline
    self.contextInBody = contextInBody
    self.neverIndexed = neverIndexed
  }
}

extension Service {
  /// Indices of the services that the script calls, each where it is called first.
  package var calleesInOrder: [Int] {
    var seen: Set<Int> = []
    return script.flatMap(\.calls).map(\.service).filter { seen.insert($0).inserted }
  }
}
