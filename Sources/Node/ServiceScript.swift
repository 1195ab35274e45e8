// A service's script in the form that requests run: flat arrays of plain values, edges resolved.

internal import Context
internal import Control
internal import Propagation
internal import Topology
internal import TransportCore

/// One step. Steps that only the topology knows (`parallel`) and single calls are the same here: a run of calls.
struct ScriptStep {
  /// `fail` is the service's error rate, at the front. `reply` is the end of every script, `forget` comes before it
  /// where the context lies in a shared table. `keep` and `releaseKept` are of a service that keeps contexts, and stand around
  /// its steps.
  /// `scripted` makes the next call that the request's body asks for, and `again` goes back to it while there is one.
  enum Kind: UInt8 { case set, work, sleep, calls, scripted, again, fail, reply, forget, keep, releaseKept }

  var kind: Kind
  /// `set`: range in `ServiceScript.assignments`. `calls`: range in `ServiceScript.calls`.
  var first: Int32 = 0
  var count: Int32 = 0
  /// `work` and `sleep`: nanoseconds, the mean when exponential.
  var nanoseconds: Int64 = 0
  var isExponential = false
  /// `work`: turns of the loop, in place of `nanoseconds`; -1 for none.
  var iterations: Int64 = -1
  /// A later step reads or writes the context, so it must outlive the received bytes.
  var needsContextLater = false
  /// `fail`: a random word below this fails the request, with that status.
  var threshold: UInt64 = 0
  var status = StatusCode.internal
}

/// One call of a script.
struct ScriptCall {
  /// Index in `ServiceScript.edges`.
  var edge: Int32
  /// The edge, once the server has connected.
  var downstream: Unmanaged<Downstream>?
  var payloadSize: Int
  /// Nanoseconds, 0 for none.
  var timeoutNanoseconds: Int64
  /// A random word below this makes the call; `UInt64.max` always does.
  var probabilityThreshold: UInt64
  var retries: Int32
  var dropsContext: Bool
  /// The callee hears nothing of deadlines and cancels.
  var ignoresDeadline: Bool
  /// The request goes on when it fails.
  var isOptional: Bool
  /// Its payload lies in `RequestBody`.
  var carriesBody = false
}

struct ScriptAssignment {
  let key: ContextKey
  let integer: Int64
  let text: [UInt8]
}

/// Identifies an edge: the callee, how this service writes to it, over what, how many requests at once where that has
/// pipelines, and where in them the context is. A connection has one of each.
struct EdgeKey: Hashable {
  let service: Int
  let propagator: String
  let transport: String
  let pipeline: Int
  let contextInBody: Bool
  let neverIndexed: [String]

  init(_ call: Call) {
    service = call.service
    propagator = call.propagator
    transport = call.transport
    // What a frame passes over makes no other edge.
    let isFrame = call.transport == Transport.frame.name
    pipeline = isFrame ? 1 : call.pipeline ?? 1
    contextInBody = !isFrame && call.contextInBody == true
    neverIndexed = call.transport == Transport.grpc.name ? call.neverIndexed ?? [] : []
  }
}

struct ServiceScript {
  private(set) var assignments: [ScriptAssignment] = []
  private(set) var edges: [EdgeKey] = []
  let steps: UnsafeMutablePointer<ScriptStep>
  let calls: UnsafeMutablePointer<ScriptCall>
  private let callCount: Int
  /// Set when the script is one call and nothing else, with nothing to decide: always made, without a timeout, a retry,
  /// a fault or silence of its own. See `NodeServer.forward`.
  let forwardedCall: UnsafeMutablePointer<ScriptCall>?
  /// Requests keep the bodies that they came with.
  let needsBody: Bool

  /// - Parameter forgetsContext: a request's context ends with the request. Then no request is forwarded.
  init(_ service: Service, forgetsContext: Bool) {
    var steps: [ScriptStep] = []
    var calls: [ScriptCall] = []
    var edges: [EdgeKey] = []
    func add(_ call: Call) {
      let key = EdgeKey(call)
      if !edges.contains(key) { edges.append(key) }
      calls.append(ScriptCall(call, edge: Int32(edges.firstIndex(of: key)!)))
    }
    if service.errorRate > 0 {
      steps.append(
        ScriptStep(
          kind: .fail, threshold: Node.threshold(service.errorRate), status: StatusCode(service.errorStatus)))
    }
    if service.keepsContext != nil { steps.append(ScriptStep(kind: .keep)) }
    for step in service.script {
      switch step {
      case .set(let list):
        steps.append(ScriptStep(kind: .set, first: Int32(assignments.count), count: Int32(list.count)))
        assignments += list.map(ScriptAssignment.init)
      case .work(let duration): steps.append(ScriptStep(.work, duration))
      case .countedWork(let iterations): steps.append(ScriptStep(kind: .work, iterations: iterations))
      case .sleep(let duration): steps.append(ScriptStep(.sleep, duration))
      case .call(let call):
        steps.append(ScriptStep(kind: .calls, first: Int32(calls.count), count: 1))
        add(call)
      case .parallel(let list):
        steps.append(ScriptStep(kind: .calls, first: Int32(calls.count), count: Int32(list.count)))
        list.forEach(add)
      }
    }
    var isNeeded = service.scriptedCalls != nil
    for index in steps.indices.reversed() {
      let run = Int(steps[index].first)..<Int(steps[index].first + steps[index].count)
      let retries = steps[index].kind == .calls && calls[run].contains { $0.retries > 0 }
      steps[index].needsContextLater = isNeeded || retries
      if steps[index].kind == .calls || steps[index].kind == .set { isNeeded = true }
    }
    self.edges = edges
    callCount = calls.count
    self.calls = .allocate(capacity: calls.count)
    self.calls.initialize(from: calls, count: calls.count)
    let isOneCall = service.scriptedCalls == nil && steps.count == 1 && steps[0].kind == .calls && calls.count == 1
    forwardedCall = isOneCall && calls[0].isPlain && !forgetsContext ? self.calls : nil
    if service.scriptedCalls != nil { steps += [ScriptStep(kind: .scripted), ScriptStep(kind: .again)] }
    needsBody = service.scriptedCalls != nil || calls.contains(where: \.carriesBody)
    if service.keepsContext?.isReleased == true { steps.append(ScriptStep(kind: .releaseKept)) }
    if forgetsContext { steps.append(ScriptStep(kind: .forget)) }
    steps.append(ScriptStep(kind: .reply))
    self.steps = .allocate(capacity: steps.count)
    self.steps.initialize(from: steps, count: steps.count)
  }

  /// Gives each call its edge; `downstream` is in the order of `edges`.
  func connect(_ downstream: [Downstream]) {
    for index in 0..<callCount {
      calls[index].downstream = Unmanaged.passUnretained(downstream[Int(calls[index].edge)])
    }
  }

  func deallocate() {
    steps.deallocate()
    calls.deallocate()
  }
}

extension ScriptStep {
  fileprivate init(_ kind: Kind, _ duration: DurationDistribution) {
    switch duration {
    case .fixed(let nanoseconds): self.init(kind: kind, nanoseconds: nanoseconds)
    case .exponential(let mean): self.init(kind: kind, nanoseconds: mean, isExponential: true)
    }
  }
}

extension ScriptCall {
  /// See `ServiceScript.forwardedCall`.
  fileprivate var isPlain: Bool {
    probabilityThreshold == .max && timeoutNanoseconds == 0 && retries == 0 && !dropsContext
      && !ignoresDeadline && !isOptional && !carriesBody
  }

  fileprivate init(_ call: Call, edge: Int32) {
    self.init(
      edge: edge, payloadSize: call.payloadSize, timeoutNanoseconds: call.timeoutNanoseconds,
      probabilityThreshold: threshold(call.probability), retries: Int32(call.retries), dropsContext: call.dropsContext,
      ignoresDeadline: call.ignoresDeadline == true, isOptional: call.isOptional == true,
      carriesBody: call.forwardsBody == true)
  }
}

extension StatusCode {
  fileprivate init(_ error: DeclaredError?) {
    switch error ?? .internal {
    case .internal: self = .internal
    case .unavailable: self = .unavailable
    }
  }
}

extension ScriptAssignment {
  init(_ assignment: Assignment) {
    switch assignment.value {
    case .integer(let value):
      self.init(key: ScriptAssignment.key(assignment.key, .integer), integer: value, text: [])
    case .text(let value):
      self.init(key: ScriptAssignment.key(assignment.key, .text), integer: 0, text: Array(value.utf8))
    }
  }

  /// The declared key of that name, or a new one. The topology was checked: the value has the declared type.
  private static func key(_ name: String, _ type: ContextValueType) -> ContextKey {
    ContextSchema.key(named: name) ?? ContextKey(name: name, type: type)
  }
}

/// The word below which a random word means yes, for a probability 0…1.
func threshold(_ probability: Double) -> UInt64 {
  probability >= 1 ? .max : UInt64(max(0, probability) * 0x1p64)
}
