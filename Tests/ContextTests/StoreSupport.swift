// Short ways to say in a test what a context is given and what it holds.

import Context

extension StoreKind {
  /// The stores that hold entries.
  static let compared = StoreKind.allCases.filter { $0 != .none }
}

extension RequestContext {
  func set(_ key: ContextKey, _ text: String) { setText(key, text.utf8.span.bytes) }

  func set(_ name: String, _ text: String) { setEntry(name: name.utf8.span.bytes, text: text.utf8.span.bytes) }

  func set(_ name: String, _ integer: Int64) { setEntry(name: name.utf8.span.bytes, integer: integer) }

  func setTraceState(_ list: String) { setTraceState(list.utf8.span.bytes) }

  func text(_ key: ContextKey) -> String? {
    var found: String?
    withText(key) { text in found = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    return found
  }

  /// The packed image as an array of exactly its size, so that a sanitizer sees every byte read beyond it.
  func image() -> [UInt8] {
    let size = packedSize()
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      if let base = buffer.baseAddress { writePacked(to: UnsafeMutableRawPointer(base)) }
      count = size
    }
  }

  var snapshot: ContextSnapshot { ContextSnapshot(of: self) }
}

extension SpanContext {
  static let sample = SpanContext(
    traceIDHigh: 0x4bf9_2f35_77b3_4da6, traceIDLow: 0xa3ce_929d_0e0e_4736, spanID: 0x00f0_67aa_0ba9_02b7, flags: 1)
}

extension ContextChecksum {
  /// What reading these values one after another must give, computed from plain values.
  static func of(_ values: [ContextValue?]) -> UInt64 {
    var checksum = ContextChecksum()
    for value in values {
      switch value {
      case .integer(let integer)?: checksum.fold(integer: integer)
      case .text(let text)?: Array(text.utf8).withUnsafeBytes { checksum.fold(text: $0) }
      case nil: checksum.foldAbsent()
      }
    }
    return checksum.value
  }
}
