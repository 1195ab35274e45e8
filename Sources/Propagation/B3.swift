// The B3 headers of Zipkin: bytes to span context and back, in their single and their multiple form. Never a carrier.
// https://github.com/openzipkin/b3-propagation

internal import Context

enum B3 {
  /// Bytes of the longest single header that is sent: `<32 hex>-<16 hex>-<state>`.
  static var sizeMax: Int { 51 }
  /// Bytes of joined headers that are read.
  static var readSizeMax: Int { 512 }

  private typealias TraceID = (high: UInt64, low: UInt64)

  /// What a header says that may have come several times: "the first value wins", whether the others are fields of their
  /// own or were joined to it by commas, which no value holds.
  private static func first<Known>(
    _ value: UnsafeRawBufferPointer, _ parse: (UnsafeRawBufferPointer) -> Known?
  ) -> Known? {
    if let known = parse(value) { return known }
    guard value.count <= readSizeMax, let comma = value.firstIndex(of: UInt8(ascii: ",")) else { return nil }
    return parse(BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: value[..<comma])))
  }

  // The flags of a context have bit 0 for "sampled". B3 knows two more states, which no other format of text reads.

  /// The four states as flags: debug (which is sampled too), accept, defer, deny, in this order of precedence. All other
  /// bits are lost.
  static func flags(of flags: UInt8) -> UInt8 {
    if flags & SpanContext.debug != 0 { return SpanContext.debug | SpanContext.sampled }
    if flags & SpanContext.sampled != 0 { return SpanContext.sampled }
    return flags & SpanContext.deferred
  }

  /// `d`, `1`, `0`, or 0 when the decision is deferred and nothing is sent.
  static func state(of flags: UInt8) -> UInt8 {
    switch B3.flags(of: flags) {
    case let flags where flags & SpanContext.debug != 0: UInt8(ascii: "d")
    case SpanContext.sampled: UInt8(ascii: "1")
    case SpanContext.deferred: 0
    default: UInt8(ascii: "0")
    }
  }

  private static func flags(ofState state: UInt8) -> UInt8? {
    switch state {
    case UInt8(ascii: "d"): SpanContext.debug | SpanContext.sampled
    case UInt8(ascii: "1"): SpanContext.sampled
    case UInt8(ascii: "0"): 0
    default: nil
    }
  }

  /// The single header.
  static func parse(_ value: UnsafeRawBufferPointer) -> SpanReading {
    first(value) {
      let reading = parseOne($0)
      if case .invalid = reading { return nil }
      return reading
    } ?? .invalid
  }

  /// `{trace}-{span}[-{0|1|d}[-{parent}]]`, or a state alone. The trace id has 16 or 32 digits, of lower case.
  @inline(__always)
  private static func parseOne(_ value: UnsafeRawBufferPointer) -> SpanReading {
    if value.count == 1 { return flags(ofState: value[0]) == nil ? .invalid : .absent }
    let dash = UInt8(ascii: "-")
    let traceSize = value.count > 32 && value[16] != dash ? 32 : 16
    let spanEnd = traceSize &+ 17
    guard value.count >= spanEnd, value[traceSize] == dash, let start = value.baseAddress else { return .invalid }
    var valid = true
    let high = traceSize == 32 ? HexDigits.read16(start, valid: &valid) : 0
    let low = HexDigits.read16(start + (traceSize &- 16), valid: &valid)
    let span = HexDigits.read16(start + (traceSize &+ 1), valid: &valid)
    var flags = SpanContext.deferred
    if value.count > spanEnd {
      guard value.count >= spanEnd &+ 2, value[spanEnd] == dash,
        let state = B3.flags(ofState: value[spanEnd &+ 1])
      else { return .invalid }
      flags = state
      if value.count > spanEnd &+ 2 {
        guard value.count == spanEnd &+ 19, value[spanEnd &+ 2] == dash else { return .invalid }
        _ = HexDigits.read16(start + (spanEnd &+ 3), valid: &valid)
      }
    }
    return valid ? SpanReading(high, low, span, flags) : .invalid
  }

  /// 16 digits are the low half.
  private static func traceID(_ digits: UnsafeRawBufferPointer) -> TraceID? {
    guard digits.count == 16 || digits.count == 32, let start = digits.baseAddress else { return nil }
    var valid = true
    let high = digits.count == 32 ? HexDigits.read16(start, valid: &valid) : 0
    let low = HexDigits.read16(start + digits.count - 16, valid: &valid)
    return valid ? (high, low) : nil
  }

  private static func spanID(_ digits: UnsafeRawBufferPointer) -> UInt64? {
    digits.count == 16 ? traceID(digits)?.low : nil
  }

  /// Writes the single header; returns its size.
  static func write(_ span: SpanContext, to destination: UnsafeMutableRawPointer) -> Int {
    HexDigits.write32(span.traceIDHigh, span.traceIDLow, to: destination)
    destination.storeBytes(of: UInt8(ascii: "-"), toByteOffset: 32, as: UInt8.self)
    HexDigits.write16(span.spanID, to: destination + 33)
    let state = state(of: span.flags)
    guard state != 0 else { return sizeMax - 2 }
    destination.storeBytes(of: UInt8(ascii: "-"), toByteOffset: 49, as: UInt8.self)
    destination.storeBytes(of: state, toByteOffset: 50, as: UInt8.self)
    return sizeMax
  }

  /// The headers of the multiple form, as they come, in any order.
  struct Fields {
    private var traceID = OnceField<TraceID>.absent
    private var spanID = OnceField<UInt64>.absent
    private var parentID = OnceField<UInt64>.absent
    /// As flags.
    private var decision = OnceField<UInt8>.absent
    private var isDebug = OnceField<Bool>.absent

    mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
      if ContextText.equal(name, "x-b3-traceid") {
        if !traceID.isSeen { traceID.take(B3.first(value, B3.traceID)) }
      } else if ContextText.equal(name, "x-b3-spanid") {
        if !spanID.isSeen { spanID.take(B3.first(value, B3.spanID)) }
      } else if ContextText.equal(name, "x-b3-parentspanid") {
        if !parentID.isSeen { parentID.take(B3.first(value, B3.spanID)) }
      } else if ContextText.equal(name, "x-b3-sampled") {
        // `true` and `false` are what was sent before the headers were written down.
        if !decision.isSeen { decision.take(B3.first(value, OnceField.decision)) }
      } else if ContextText.equal(name, "x-b3-flags") {
        // Any other value can be ignored.
        if !isDebug.isSeen { isDebug.take(B3.first(value) { ContextText.equal($0, "1") ? true : nil } ?? false) }
      }
    }

    /// Debug beats the decision. Ids come both or not at all; the parent's is judged, as in the single header, and not
    /// kept.
    var reading: SpanReading {
      guard var flags = decision.decidedFlags else { return .invalid }
      if case .known(true) = isDebug { flags = SpanContext.debug | SpanContext.sampled }
      if case .invalid = parentID { return .invalid }
      switch (traceID, spanID) {
      case (.absent, .absent): return .absent
      case (.known(let traceID), .known(let spanID)): return SpanReading(traceID.high, traceID.low, spanID, flags)
      default: return .invalid
      }
    }
  }
}
