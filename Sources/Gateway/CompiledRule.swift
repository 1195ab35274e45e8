// Rules as requests run them: plain values that refer to patterns and keys without counting references.

internal import Context
internal import Propagation
internal import Topology

struct CompiledRule {
  enum Kind: UInt8 { case rejected, required, optional, mapping }
  enum Condition: UInt8 { case none, equal, matches, absent, present }

  let kind: Kind
  /// Index among the watched fields.
  let field: Int
  let pattern: Unmanaged<BytePattern>?
  var target = RuleTarget()
  /// A bit of its own for each target.
  var targetBit: UInt64 = 0
  var condition = Condition.none
  var conditionField = 0
  var conditionPattern: Unmanaged<BytePattern>?
  /// Of `equal`.
  var text = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init(kind: Kind, field: Int, pattern: Unmanaged<BytePattern>?) {
    (self.kind, self.field, self.pattern) = (kind, field, pattern)
  }

  func matches(_ value: UnsafeRawBufferPointer) -> Bool {
    pattern?._withUnsafeGuaranteedRef { $0.matches(value) } ?? true
  }

  /// A field that is there twice fulfils nothing but that it is there.
  func conditionHolds(in received: UnsafeMutablePointer<ReceivedField>) -> Bool {
    guard condition != .none else { return true }
    let field = received[conditionField]
    switch condition {
    case .none: return true
    case .absent: return field.occurrences == 0
    case .present: return field.occurrences > 0
    case .equal: return field.occurrences == 1 && field.value.elementsEqual(text)
    case .matches:
      return field.occurrences == 1 && conditionPattern?._withUnsafeGuaranteedRef { $0.matches(field.value) } == true
    }
  }
}

/// Where a value goes.
struct RuleTarget {
  /// Nil: the trace id.
  var key: Unmanaged<ContextKey>?
  var isInteger = false
  /// Bytes of a text: what the field of a declared key holds, or any text.
  var sizeMax = 0

  init() {}

  init(_ key: ContextKey) {
    self.key = Unmanaged.passUnretained(key)
    isInteger = key.type == .integer
    sizeMax = key.field >= 0 ? ContextSchema.textFieldSize : ContextLimits.textSizeMax
  }

  /// False when the target cannot hold the value.
  ///
  /// - Parameter context: nil only looks at the value.
  func take(_ value: UnsafeRawBufferPointer, into context: RequestContext?) -> Bool {
    guard let key else { return takeTraceID(value, into: context) }
    if isInteger {
      guard let number = DecimalDigits.parse(value) else { return false }
      if let context { key._withUnsafeGuaranteedRef { context.setInteger($0, number) } }
      return true
    }
    guard value.count <= sizeMax, ContextText.isUTF8(value) else { return false }
    if let context { key._withUnsafeGuaranteedRef { context.setText($0, value.bytes) } }
    return true
  }

  /// A trace id says nothing of a span: the new trace starts with one that has the id's lower half, and every call draws
  /// its own.
  private func takeTraceID(_ value: UnsafeRawBufferPointer, into context: RequestContext?) -> Bool {
    guard value.count == 32 || value.count == 16, let start = value.baseAddress else { return false }
    var valid = true
    let high = value.count == 32 ? HexDigits.read16(start, valid: &valid) : 0
    let low = HexDigits.read16(start + (value.count - 16), valid: &valid)
    guard valid, high | low != 0 else { return false }
    context?.setSpanContext(
      SpanContext(traceIDHigh: high, traceIDLow: low, spanID: low == 0 ? high : low, flags: SpanContext.sampled))
    return true
  }
}

struct CompiledDefault {
  let key: ContextKey
  let targetBit: UInt64
  let value: AssignedValue
  private let text: [UInt8]

  init(key: ContextKey, targetBit: UInt64, value: AssignedValue) {
    (self.key, self.targetBit, self.value) = (key, targetBit, value)
    text = if case .text(let text) = value { Array(text.utf8) } else { [] }
  }

  func set(in context: RequestContext) {
    switch value {
    case .integer(let number): context.setInteger(key, number)
    case .text: context.setText(key, text.span.bytes)
    }
  }
}
