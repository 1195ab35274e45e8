// What a gateway is declared to do, said a second time and plainly: the fidelity check and the tests hold the real one
// against it. Never on a request path.

package import Context
internal import Propagation
package import Topology

extension GatewayRules {
  /// The context that these fields make, or why they are refused.
  ///
  /// - Parameter fields: as received; names in any case.
  package func declared(_ fields: [(name: String, value: [UInt8])]) -> Result<ContextSnapshot, DeclaredRefusal> {
    let received = Dictionary(grouping: fields) { $0.name.lowercased() }.mapValues { $0.map { trimmed($0.value) } }
    func values(_ name: String) -> [[UInt8]] { received[name] ?? [] }
    var snapshot = ContextSnapshot()
    var filled: Set<String> = []
    for rule in rejected {
      let values = values(rule.field)
      if values.count > 1 || values.contains(where: { matches($0, rule.pattern) }) { return refused(.rejectedField) }
    }
    for rule in required {
      let values = values(rule.field)
      if values.isEmpty { return refused(.missingField) }
      if values.count > 1 { return refused(.repeatedField) }
      guard fits(values[0], rule.target, rule.pattern) else { return refused(.malformedField) }
      if filled.insert(rule.target).inserted { set(rule.target, values[0], &snapshot) }
    }
    let rest = optional.map { FieldMapping(source: $0.field, target: $0.target, pattern: $0.pattern) } + mappings
    for rule in rest where !filled.contains(rule.target) {
      let values = values(rule.source)
      guard values.count == 1, rule.when.map({ holds($0, values: received[$0.field] ?? []) }) ?? true,
        fits(values[0], rule.target, rule.pattern)
      else { continue }
      filled.insert(rule.target)
      set(rule.target, values[0], &snapshot)
    }
    for value in defaults where !filled.contains(value.key) {
      snapshot.entries[value.key] =
        switch value.value {
        case .integer(let number): .integer(number)
        case .text(let text): .text(text)
        }
    }
    return .success(snapshot)
  }

  private func refused(_ reason: GatewayRefusal) -> Result<ContextSnapshot, DeclaredRefusal> {
    .failure(DeclaredRefusal(reason: reason))
  }

  private func trimmed(_ value: [UInt8]) -> [UInt8] {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    return value.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
  }

  /// Without a pattern everything does.
  private func matches(_ value: [UInt8], _ pattern: String?) -> Bool {
    guard let pattern, let table = try? BytePattern(pattern) else { return true }
    return value.withUnsafeBytes { table.matches($0) }
  }

  private func fits(_ value: [UInt8], _ target: String, _ pattern: String?) -> Bool {
    guard matches(value, pattern ?? ".+") else { return false }
    let text = String(validating: value, as: UTF8.self)
    if target == GatewayRules.traceIDTarget {
      let isHex = value.allSatisfy { "0123456789abcdef".utf8.contains($0) }
      return isHex && [16, 32].contains(value.count) && value.contains { $0 != UInt8(ascii: "0") }
    }
    guard let key = ContextSchema.key(named: target) else {
      return text != nil && value.count <= ContextLimits.textSizeMax
    }
    switch key.type {
    case .integer:
      let digits = value.first == UInt8(ascii: "-") ? value.dropFirst() : value[...]
      return digits.first != UInt8(ascii: "+") && digits.count <= 19 && text.flatMap { Int64($0) } != nil
    case .text: return text != nil && value.count <= ContextSchema.textFieldSize
    }
  }

  private func holds(_ condition: FieldCondition, values: [[UInt8]]) -> Bool {
    if let absent = condition.absent { return absent == values.isEmpty }
    guard values.count == 1 else { return false }
    if let text = condition.is { return values[0] == Array(text.utf8) }
    return matches(values[0], condition.matches)
  }

  private func set(_ target: String, _ value: [UInt8], _ snapshot: inout ContextSnapshot) {
    let text = String(decoding: value, as: UTF8.self)
    if target == GatewayRules.traceIDTarget {
      snapshot.traceIDHigh = text.utf8.count == 32 ? UInt64(text.prefix(16), radix: 16) ?? 0 : 0
      snapshot.traceIDLow = UInt64(text.suffix(16), radix: 16) ?? 0
      snapshot.hasSpan = true
      snapshot.flags = SpanContext.sampled
    } else if ContextSchema.key(named: target)?.type == .integer {
      snapshot.entries[target] = .integer(Int64(text) ?? 0)
    } else {
      snapshot.entries[target] = .text(text)
    }
  }
}

package struct DeclaredRefusal: Error, Equatable {
  package let reason: GatewayRefusal
}
