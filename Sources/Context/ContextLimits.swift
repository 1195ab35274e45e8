// The bounds of what one context may hold.

package enum ContextLimits {
  /// Bytes of a key's name.
  package static let nameSizeMax = 255
  /// Bytes of one text value.
  package static let textSizeMax = 4096
  /// Entries in one context; what comes beyond is dropped and counted.
  package static let entryCountMax = 256
  /// Bytes of a tracestate, all members together.
  package static let traceStateSizeMax = 8192
}
