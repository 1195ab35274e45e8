// Carries the trace and the declared keys in slots of fixed width: what a gateway has validated. No tail.

package import Context

/// ```
/// offset size
///      0    2  schema id, little-endian
///      2   25  binary25; all zero: no trace
///     27    1  presence: bit s says that slot s holds a value; the other bits are zero
///     28    8  user, two's complement, little-endian
///     36    1  request id: size, 0 to 16
///     37   16  request id: UTF-8, zeros behind it
///     53    1  tenant: size, 0 to 16
///     54   16  tenant: UTF-8, zeros behind it
/// ```
///
/// Undeclared keys, the tracestate, and texts that are longer than a slot are lost, as declared.
package final class SchemaPropagator: Propagator {
  package static let size = 70

  private static var spanOffset: Int { 2 }
  private static var presenceOffset: Int { 27 }
  private static var userOffset: Int { 28 }
  private static var requestIDOffset: Int { 36 }
  private static var tenantOffset: Int { 53 }

  package let name = "schema"
  private let requestIDKey = ContextKey.requestID
  private let userKey = ContextKey.user
  private let tenantKey = ContextKey.tenant

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let start = carrier.appendBinary(70)
    start.storeBytes(of: ContextSchema.id.littleEndian, as: UInt16.self)
    context.spanContext().writeBinary(to: start + SchemaPropagator.spanOffset)
    var presence: UInt8 = 0
    let user = context.integer(userKey)
    if user != nil { presence |= 2 }
    start.storeBytes(of: (user ?? 0).littleEndian, toByteOffset: SchemaPropagator.userOffset, as: Int64.self)
    if SchemaPropagator.write(requestIDKey, of: context, to: start + SchemaPropagator.requestIDOffset) { presence |= 1 }
    if SchemaPropagator.write(tenantKey, of: context, to: start + SchemaPropagator.tenantOffset) { presence |= 4 }
    start.storeBytes(of: presence, toByteOffset: SchemaPropagator.presenceOffset, as: UInt8.self)
  }

  /// Fills a text slot, whose size byte is at `slot`; false when it stays empty.
  @inline(__always)
  private static func write(
    _ key: ContextKey, of context: RequestContext, to slot: UnsafeMutableRawPointer
  ) -> Bool {
    slot.storeBytes(of: 0, as: UInt8.self)
    slot.storeBytes(of: 0, toByteOffset: 1, as: UInt64.self)
    slot.storeBytes(of: 0, toByteOffset: 9, as: UInt64.self)
    var isPresent = false
    context.withText(key) { text in
      let size = text.byteCount
      guard size <= ContextSchema.textSlotSize else { return }
      isPresent = true
      slot.storeBytes(of: UInt8(truncatingIfNeeded: size), as: UInt8.self)
      text.withUnsafeBytes { bytes in
        if let source = bytes.baseAddress { (slot + 1).copyMemory(from: source, byteCount: size) }
      }
    }
    return isPresent
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    let bytes = carrier.binary
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return [] }
    guard bytes.count >= 2 else { return .malformedBinary }
    let id = UInt16(littleEndian: start.loadUnaligned(as: UInt16.self))
    guard id == ContextSchema.id else { return .unknownSchema }
    guard bytes.count == SchemaPropagator.size else { return .malformedBinary }
    let presence = bytes[SchemaPropagator.presenceOffset]
    guard presence & ~7 == 0, let requestID = SchemaPropagator.text(start + SchemaPropagator.requestIDOffset),
      let tenant = SchemaPropagator.text(start + SchemaPropagator.tenantOffset)
    else { return .malformedBinary }
    let span = SpanContext(binary: start + SchemaPropagator.spanOffset)
    var drops: ExtractionDrops = []
    if span.isValid {
      context.setSpanContext(span)
    } else if span != .none {
      drops = .malformedSpanContext
    }
    if presence & 1 != 0 { context.setText(requestIDKey, requestID.bytes) }
    if presence & 2 != 0 {
      let user = start.loadUnaligned(fromByteOffset: SchemaPropagator.userOffset, as: Int64.self)
      context.setInteger(userKey, Int64(littleEndian: user))
    }
    if presence & 4 != 0 { context.setText(tenantKey, tenant.bytes) }
    return drops
  }

  /// Nil when the size is over the slot's or the text is not UTF-8.
  @inline(__always)
  private static func text(_ slot: UnsafeRawPointer) -> UnsafeRawBufferPointer? {
    let size = Int(slot.load(as: UInt8.self))
    guard size <= ContextSchema.textSlotSize else { return nil }
    let text = UnsafeRawBufferPointer(start: slot + 1, count: size)
    return ContextText.isUTF8(text) ? text : nil
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.takeTrace(of: sent)
    for key in ContextSchema.keys {
      guard let value = sent.entries[key.name] else { continue }
      if case .text(let text) = value, text.utf8.count > ContextSchema.textSlotSize { continue }
      delivered.entries[key.name] = value
    }
    return delivered
  }
}
