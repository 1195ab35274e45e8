// The headers that applications make up for themselves: x-user-id, x-tenant-code, x-trace-id. Each service reads them
// and passes them on as they came; nobody has validated them.

package import Context

/// The user and the tenant are the declared keys where the header holds such a value. A header that holds anything else
/// continues as the text that it is, in an entry under the header's name. So does the trace id: without a span there is
/// no trace to continue, only an id to pass on. A value that no header can hold is left out.
package final class RawHeadersPropagator: Propagator {
  package let name = "raw-headers"

  /// Bytes of a value that is read.
  static var valueSizeMax: Int { ContextLimits.textSizeMax }

  private let userHeader = ContextKey(name: "x-user-id", type: .text)
  private let traceHeader = ContextKey(name: "x-trace-id", type: .text)
  private let userKey = ContextKey.user
  private let tenantKey = ContextKey.tenant

  package var fieldNames: [StaticString] { ["x-user-id", "x-tenant-code", "x-trace-id"] }

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    if let user = context.integer(userKey) {
      carrier.appendField("x-user-id", sizeMax: DecimalDigits.sizeMax) { DecimalDigits.write(user, to: $0) }
    } else {
      RawHeadersPropagator.append("x-user-id", userHeader, of: context, to: &carrier)
    }
    RawHeadersPropagator.append("x-tenant-code", tenantKey, of: context, to: &carrier)
    var hasTraceID = false
    context.withText(traceHeader) { hasTraceID = $0.withUnsafeBytes { EntryFields.isPlain($0) } }
    if hasTraceID {
      RawHeadersPropagator.append("x-trace-id", traceHeader, of: context, to: &carrier)
      return
    }
    let span = context.spanContext()
    guard span.isValid else { return }
    carrier.appendField("x-trace-id", sizeMax: 32) { destination in
      HexDigits.write32(span.traceIDHigh, span.traceIDLow, to: destination)
      return 32
    }
  }

  private static func append(
    _ name: StaticString, _ key: ContextKey, of context: RequestContext, to carrier: inout some CarrierWriter
  ) {
    context.withText(key) { text in
      if text.withUnsafeBytes({ EntryFields.isPlain($0) }) { carrier.appendField(name, text) }
    }
  }

  /// Of a header that comes twice the first counts.
  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var drops: ExtractionDrops = []
    var (hasUser, hasTenant, hasTrace) = (false, false, false)
    carrier.forEachField { name, value in
      name.withUnsafeBytes { name in
        value.withUnsafeBytes { value in
          if ContextText.equal(name, "x-user-id") {
            let drop = RawHeadersPropagator.judge(value, &hasUser)
            if drop.isEmpty { setUser(value, in: context) }
            drops.formUnion(drop)
          } else if ContextText.equal(name, "x-tenant-code") {
            let drop = RawHeadersPropagator.judge(value, &hasTenant)
            if drop.isEmpty { set(tenantKey, value, in: context) }
            drops.formUnion(drop)
          } else if ContextText.equal(name, "x-trace-id") {
            let drop = RawHeadersPropagator.judge(value, &hasTrace)
            if drop.isEmpty { set(traceHeader, value, in: context) }
            drops.formUnion(drop)
          }
        }
      }
    }
    return drops
  }

  /// Why a value is dropped; empty when it is not.
  private static func judge(_ value: UnsafeRawBufferPointer, _ wasSeen: inout Bool) -> ExtractionDrops {
    if wasSeen { return .malformedMember }
    wasSeen = true
    if value.count > valueSizeMax { return .overSize }
    return EntryFields.isPlain(value) ? [] : .malformedMember
  }

  /// Digits in their only form are the user; anything else must go on as it came.
  private func setUser(_ value: UnsafeRawBufferPointer, in context: RequestContext) {
    let user = DecimalDigits.parse(value)
    set(user.map { DecimalDigits.size(of: $0) } == value.count ? userKey : userHeader, value, in: context)
  }

  private func set(_ key: ContextKey, _ value: UnsafeRawBufferPointer, in context: RequestContext) {
    let isSet = key.name.utf8.span.bytes.withUnsafeBytes { ReceivedText.set($0, value, in: context) }
    assert(isSet, "digits are an integer, and anything is a text")
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    if case .integer? = sent.entries["user"] {
      delivered.entries["user"] = sent.entries["user"]
    } else if let text = RawHeadersPropagator.plainText(sent, "x-user-id") {
      delivered.entries.merge(RawHeadersPropagator.user(text)) { $1 }
    }
    if let text = RawHeadersPropagator.plainText(sent, "tenant") { delivered.entries["tenant"] = .text(text) }
    if let text = RawHeadersPropagator.plainText(sent, "x-trace-id") ?? RawHeadersPropagator.traceID(sent) {
      delivered.entries["x-trace-id"] = .text(text)
    }
    return delivered
  }

  private static func plainText(_ sent: ContextSnapshot, _ name: String) -> String? {
    guard case .text(let text)? = sent.entries[name],
      text.utf8.span.bytes.withUnsafeBytes({ EntryFields.isPlain($0) })
    else { return nil }
    return text
  }

  /// What the receiver makes of the header.
  private static func user(_ text: String) -> [String: ContextValue] {
    if let user = Int64(text), String(user) == text { return ["user": .integer(user)] }
    return ["x-user-id": .text(text)]
  }

  private static func traceID(_ sent: ContextSnapshot) -> String? {
    guard sent.hasSpan else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { digits in
      guard let start = digits.baseAddress else { return nil }
      HexDigits.write32(sent.traceIDHigh, sent.traceIDLow, to: start)
      return String(decoding: digits, as: UTF8.self)
    }
  }
}
