// Cleans raw header fields at the edge: rules and a carrier in, a context or a refusal out. Pure: no clock, no sockets,
// nothing allocated per request.
//
// Patterns are tables (`BytePattern`), so a value costs one load per byte, whoever wrote it. Names are compared without
// case, and only with rules whose name has the same size.

package import Context
package import Propagation
package import Topology
package import TransportMessages

/// What became of a request.
package struct GatewayOutcome: Equatable {
  /// Nil: the context holds what the rules took.
  package var refusal: GatewayRefusal?
  /// Some field was left out: it did not match, was there twice, or its key could not hold it.
  package var hasDrops = false

  package init(refusal: GatewayRefusal? = nil, hasDrops: Bool = false) {
    self.refusal = refusal
    self.hasDrops = hasDrops
  }
}

/// The rules of one service, made ready. One thread at a time.
package final class Gateway {
  private let watched: WatchedFields
  private let rules: UnsafeMutablePointer<CompiledRule>
  private let ruleCount: Int
  /// What `watched` found in the request that is being cleaned; read before `clean` returns, and never afterwards.
  private let received: UnsafeMutablePointer<ReceivedField>
  private let defaults: [CompiledDefault]
  /// What `rules` refer to.
  private let owned: [AnyObject]

  /// - Parameter rules: checked.
  package init(_ rules: GatewayRules) {
    var compiler = RuleCompiler(rules)
    let list = compiler.compile()
    watched = WatchedFields(compiler.fields)
    received = .allocate(capacity: max(1, compiler.fields.count))
    received.initialize(repeating: ReceivedField(), count: max(1, compiler.fields.count))
    self.rules = .allocate(capacity: list.count)
    self.rules.initialize(from: list, count: list.count)
    ruleCount = list.count
    defaults = compiler.defaults
    owned = compiler.owned
  }

  deinit {
    watched.deallocate()
    for index in 0..<ruleCount { rules[index].text.deallocate() }
    rules.deallocate()
    received.deallocate()
  }

  /// - Parameter context: empty. After a refusal it may hold a part of what was taken.
  package func clean(_ carrier: some CarrierReader, into context: RequestContext) -> GatewayOutcome {
    for index in 0..<watched.count { received[index] = ReceivedField() }
    carrier.forEachField { (name: RawSpan, value: RawSpan) in
      let index = name.withUnsafeBytes { watched.index(of: $0) }
      guard index >= 0 else { return }
      received[index].occurrences &+= 1
      guard received[index].occurrences == 1 else { return }
      // A carrier's values lie in the received bytes, which stay in place until the node returns to the loop.
      value.withUnsafeBytes { received[index].value = ReceivedField.trimmed($0) }
    }
    return apply(to: context)
  }

  /// The same for a message of any transport: compiled for it.
  package func clean(message: ReceivedMessage, into context: RequestContext) -> GatewayOutcome {
    clean(message, into: context)
  }

  private func apply(to context: RequestContext) -> GatewayOutcome {
    var outcome = GatewayOutcome()
    // Targets that have a value; a bit each.
    var filled: UInt64 = 0
    for index in 0..<ruleCount {
      let rule = rules + index
      let field = received[rule.pointee.field]
      switch rule.pointee.kind {
      case .rejected:
        // One that is there twice is not looked at: the other could be the one that matches.
        if field.occurrences > 1 || field.occurrences == 1 && rule.pointee.matches(field.value) {
          outcome.refusal = .rejectedField
          return outcome
        }
      case .required:
        outcome.refusal = take(field, by: rule, into: context, &filled)
        if outcome.refusal != nil { return outcome }
      case .optional, .mapping:
        guard field.occurrences > 0, filled & rule.pointee.targetBit == 0,
          rule.pointee.conditionHolds(in: received)
        else { continue }
        if take(field, by: rule, into: context, &filled) != nil { outcome.hasDrops = true }
      }
    }
    for value in defaults where filled & value.targetBit == 0 { value.set(in: context) }
    return outcome
  }

  /// Gives the field's value to the rule's target, unless that has one. Nil when the value is fine.
  private func take(
    _ field: ReceivedField, by rule: UnsafeMutablePointer<CompiledRule>, into context: RequestContext,
    _ filled: inout UInt64
  ) -> GatewayRefusal? {
    guard field.occurrences == 1 else { return field.occurrences == 0 ? .missingField : .repeatedField }
    guard rule.pointee.matches(field.value) else { return .malformedField }
    let isFilled = filled & rule.pointee.targetBit != 0
    guard rule.pointee.target.take(field.value, into: isFilled ? nil : context) else { return .malformedField }
    filled |= rule.pointee.targetBit
    return nil
  }
}

/// The first value of a field in a request.
struct ReceivedField {
  var value = UnsafeRawBufferPointer(start: nil, count: 0)
  var occurrences = 0

  /// Without spaces and tabs at both ends, as carriers that hand out named fields do it.
  static func trimmed(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var (start, end) = (0, value.count)
    while start < end, value[start] == 0x20 || value[start] == 0x09 { start &+= 1 }
    while end > start, value[end &- 1] == 0x20 || value[end &- 1] == 0x09 { end &-= 1 }
    return UnsafeRawBufferPointer(rebasing: value[start..<end])
  }
}
