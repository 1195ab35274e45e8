// A service's script in the form that requests run: flat arrays of plain values, edges resolved.

internal import Context
internal import Propagation
internal import Topology

/// One step. Steps that only the topology knows (`parallel`) and single calls are the same here: a run of calls.
struct ScriptStep {
  /// `reply` is the end of every script.
  enum Kind: UInt8 { case set, work, sleep, calls, reply }

  var kind: Kind
  /// `set`: range in `ServiceScript.assignments`. `calls`: range in `ServiceScript.calls`.
  var first: Int32 = 0
  var count: Int32 = 0
  /// `work` and `sleep`: nanoseconds, the mean when exponential.
  var nanoseconds: Int64 = 0
  var isExponential = false
  /// A later step reads or writes the context, so it must outlive the received bytes.
  var needsContextLater = false
}

/// One call of a script.
struct ScriptCall {
  /// Index in `NodeServer.edges`.
  var edge: Int32
  var payloadSize: Int
  /// Nanoseconds, 0 for none.
  var timeoutNanoseconds: Int64
  /// A random word below this makes the call; `UInt64.max` always does.
  var probabilityThreshold: UInt64
  var retries: Int32
  var dropsContext: Bool
}

struct ScriptAssignment {
  let key: ContextKey
  let integer: Int64
  let text: [UInt8]
}

/// Identifies an edge: the callee and how this service writes to it. A connection's hello names one propagator.
struct EdgeKey: Hashable {
  let service: Int
  let propagator: String
}

struct ServiceScript {
  private(set) var assignments: [ScriptAssignment] = []
  private(set) var edges: [EdgeKey] = []
  let steps: UnsafeMutablePointer<ScriptStep>
  let calls: UnsafeMutablePointer<ScriptCall>

  init(_ service: Service) {
    var steps: [ScriptStep] = []
    var calls: [ScriptCall] = []
    var edges: [EdgeKey] = []
    func add(_ call: Call) {
      let key = EdgeKey(service: call.service, propagator: call.propagator)
      if !edges.contains(key) { edges.append(key) }
      calls.append(ScriptCall(call, edge: Int32(edges.firstIndex(of: key)!)))
    }
    for step in service.script {
      switch step {
      case .set(let list):
        steps.append(ScriptStep(kind: .set, first: Int32(assignments.count), count: Int32(list.count)))
        assignments += list.map(ScriptAssignment.init)
      case .work(let duration): steps.append(ScriptStep(.work, duration))
      case .sleep(let duration): steps.append(ScriptStep(.sleep, duration))
      case .call(let call):
        steps.append(ScriptStep(kind: .calls, first: Int32(calls.count), count: 1))
        add(call)
      case .parallel(let list):
        steps.append(ScriptStep(kind: .calls, first: Int32(calls.count), count: Int32(list.count)))
        list.forEach(add)
      }
    }
    var isNeeded = false
    for index in steps.indices.reversed() {
      let run = Int(steps[index].first)..<Int(steps[index].first + steps[index].count)
      let retries = steps[index].kind == .calls && calls[run].contains { $0.retries > 0 }
      steps[index].needsContextLater = isNeeded || retries
      if steps[index].kind == .calls || steps[index].kind == .set { isNeeded = true }
    }
    self.edges = edges
    steps.append(ScriptStep(kind: .reply))
    self.steps = .allocate(capacity: steps.count)
    self.steps.initialize(from: steps, count: steps.count)
    self.calls = .allocate(capacity: calls.count)
    self.calls.initialize(from: calls, count: calls.count)
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
  fileprivate init(_ call: Call, edge: Int32) {
    self.init(
      edge: edge, payloadSize: call.payloadSize, timeoutNanoseconds: call.timeoutNanoseconds,
      probabilityThreshold: threshold(call.probability), retries: Int32(call.retries), dropsContext: call.dropsContext)
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
