// UTF-8 in place: the value of a field of type `text`. Whether bytes are UTF-8 is for others to say.

/// Up to `size` bytes, or no text. A `String` is made when one is asked for.
package struct FixedText<let size: Int>: Equatable, Sendable, BitwiseCopyable {
  private var storage = InlineArray<size, UInt8>(repeating: 0)
  /// Of the text; -1: there is none.
  private var count: Int16 = -1

  package init() {}

  /// A text that is longer than `size` bytes is no text.
  package var string: String? {
    get { withBytes { String(utf8: $0) } }
    set {
      if let newValue { _ = set(newValue.utf8.span.bytes) } else { remove() }
    }
  }

  /// Nil, and `body` is not called, when there is no text.
  @inline(__always)
  package func withBytes<Result>(_ body: (RawSpan) -> Result) -> Result? {
    count < 0 ? nil : body(storage.span.bytes.extracting(first: Int(count)))
  }

  /// False, and then there is none, when the text is too long.
  @inline(__always)
  package mutating func set(_ text: RawSpan) -> Bool {
    guard text.byteCount <= size else {
      remove()
      return false
    }
    count = Int16(truncatingIfNeeded: text.byteCount)
    text.withUnsafeBytes { text in
      var elements = storage.mutableSpan
      var bytes = elements.mutableBytes
      bytes.withUnsafeMutableBytes { $0.copyMemory(from: text) }
    }
    return true
  }

  /// Of a checked field; nil removes it.
  @inline(__always)
  package mutating func take(_ text: UnsafeRawBufferPointer?) {
    if let text { _ = set(text.bytes) } else { remove() }
  }

  @inline(__always)
  package mutating func remove() { count = -1 }

  /// Fills a field of zeros and returns `bit`; leaves it and returns 0 when there is no text.
  @inline(__always)
  package func write<Presence: FixedWidthInteger>(to field: UnsafeMutableRawPointer, bit: Presence) -> Presence {
    withBytes { EncodedField.write($0, sizeMax: size, at: field) ? bit : 0 } ?? 0
  }

  package static func == (left: Self, right: Self) -> Bool {
    guard left.count == right.count else { return false }
    return left.withBytes { left in right.withBytes { FixedText.isSame(left, $0) } ?? false } ?? true
  }

  private static func isSame(_ left: RawSpan, _ right: RawSpan) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { ContextText.equal(left, $0) } }
  }
}
