// The tracing header of AWS X-Ray: bytes to span context and back. Never a carrier.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader

internal import Context

/// `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=<0|1|?>`, pairs in any order, among others that services add.
enum XRay {
  /// Bytes of the longest header that is sent.
  static var sizeMax: Int { 74 }
  /// Bytes of a header that is read: what AWS documents as a header's longest
  /// (https://docs.aws.amazon.com/lambda/latest/api/API_TraceHeader.html).
  static var readSizeMax: Int { 8192 }

  private static var rootSize: Int { 35 }
  private static var semicolon: UInt8 { 0x3b }

  /// Sampled or not; deferred when the decision is left to the receiver. All other bits are lost, debug is sampled.
  static func flags(of flags: UInt8) -> UInt8 {
    flags & (SpanContext.debug | SpanContext.sampled) != 0 ? SpanContext.sampled : flags & SpanContext.deferred
  }

  /// A comma is in none of the values: it joins two headers, whose pairs must not be mixed.
  static func parse(_ value: UnsafeRawBufferPointer) -> SpanReading {
    guard value.count <= readSizeMax, !value.contains(UInt8(ascii: ",")) else { return .invalid }
    var fields = Fields()
    var start = 0
    while start < value.count {
      var end = start
      while end < value.count, value[end] != semicolon { end &+= 1 }
      let pair = BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: value[start..<end]))
      if !pair.isEmpty, !fields.take(pair) { return .invalid }
      start = end &+ 1
    }
    return fields.reading
  }

  private struct Fields {
    var root = OnceField<(high: UInt64, low: UInt64)>.absent
    var parent = OnceField<UInt64>.absent
    /// As flags.
    var decision = OnceField<UInt8>.absent

    /// False when it is no pair. Pairs of other names are passed over.
    mutating func take(_ pair: UnsafeRawBufferPointer) -> Bool {
      guard let equals = pair.firstIndex(of: 0x3d) else { return false }
      let name = BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: pair[..<equals]))
      let value = BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: pair[(equals &+ 1)...]))
      if ContextText.equal(name, "Root") {
        root.take(Fields.root(value))
      } else if ContextText.equal(name, "Parent") {
        parent.take(value.count == 16 ? HexDigits.readAny(value)?.low : nil)
      } else if ContextText.equal(name, "Sampled") {
        decision.take(Fields.decision(value))
      }
      return true
    }

    /// Version 1: 8 digits of a time, 24 of a random number.
    private static func root(_ value: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64)? {
      guard value.count == XRay.rootSize, value[0] == 0x31, value[1] == 0x2d, value[10] == 0x2d,
        let time = HexDigits.readAny(UnsafeRawBufferPointer(rebasing: value[2..<10])),
        let random = HexDigits.readAny(UnsafeRawBufferPointer(rebasing: value[11...]))
      else { return nil }
      return (time.low << 32 | random.high, random.low)
    }

    private static func decision(_ value: UnsafeRawBufferPointer) -> UInt8? {
      guard value.count == 1 else { return nil }
      switch value[0] {
      case UInt8(ascii: "1"): return SpanContext.sampled
      case UInt8(ascii: "0"): return 0
      case UInt8(ascii: "?"): return SpanContext.deferred
      default: return nil
      }
    }

    /// A root alone is what a load balancer sends: there is no span to be the child of.
    var reading: SpanReading {
      guard let flags = decision.decidedFlags else { return .invalid }
      switch (root, parent) {
      case (.absent, .absent), (.known, .absent): return .absent
      case (.known(let root), .known(let parent)): return SpanReading(root.high, root.low, parent, flags)
      default: return .invalid
      }
    }
  }

  /// Writes at most `sizeMax` bytes; returns their number. Without a decision the pair is left out: some readers refuse
  /// the question mark.
  static func write(_ span: SpanContext, to destination: UnsafeMutableRawPointer) -> Int {
    copy("Root=1-", to: destination)
    HexDigits.write32(span.traceIDHigh, span.traceIDLow, to: destination + 8)
    // The first eight digits move, to make room for the dash behind them.
    let time = destination.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    destination.storeBytes(of: time, toByteOffset: 7, as: UInt64.self)
    destination.storeBytes(of: 0x2d, toByteOffset: 15, as: UInt8.self)
    copy(";Parent=", to: destination + 40)
    HexDigits.write16(span.spanID, to: destination + 48)
    let flags = flags(of: span.flags)
    guard flags != SpanContext.deferred else { return 64 }
    copy(";Sampled=", to: destination + 64)
    destination.storeBytes(of: 0x30 | flags, toByteOffset: 73, as: UInt8.self)
    return sizeMax
  }

  @inline(__always)
  private static func copy(_ text: StaticString, to destination: UnsafeMutableRawPointer) {
    destination.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
  }
}
