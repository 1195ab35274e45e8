// The bounds of what one context may hold.

package enum ContextLimits {
  /// Bytes of a key's name.
  package static var nameSizeMax: Int { 255 }
  /// Bytes of one text value: a single baggage member may fill the whole budget that W3C Baggage guarantees.
  package static var textSizeMax: Int { 8192 }
  /// Entries of one context that the schema does not declare; a new name beyond is dropped by every store alike.
  package static var entryCountMax: Int { 256 }
  /// Members of a tracestate (W3C Trace Context, section 3.3.1.1).
  package static var traceStateMemberCountMax: Int { 32 }
  /// Bytes of a tracestate, all members together.
  package static var traceStateSizeMax: Int { 8192 }
}
