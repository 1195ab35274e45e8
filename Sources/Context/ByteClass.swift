// Which bytes the grammars of W3C Trace Context and W3C Baggage allow where: one look into one table.

/// Kinds of ASCII bytes. Public and inlinable, because parsers of other modules ask for every byte.
public struct ByteClass: Sendable {
  @usableFromInline let bit: UInt8

  @inlinable
  @inline(__always)
  init(bit: UInt8) { self.bit = bit }

  /// `tchar` of RFC 7230: what a baggage key consists of.
  @inlinable public static var token: ByteClass { ByteClass(bit: 1) }
  /// `baggage-octet` without the percent sign: what a baggage value holds unencoded.
  @inlinable public static var plainOctet: ByteClass { ByteClass(bit: 2) }
  /// `a-z 0-9 _ - * / @`: what a tracestate key consists of behind its first byte.
  @inlinable public static var traceStateKey: ByteClass { ByteClass(bit: 4) }
  /// 0x20 to 0x7E without comma and equals sign: what a tracestate value consists of.
  @inlinable public static var traceStateValue: ByteClass { ByteClass(bit: 8) }

  /// Whether a byte belongs to a class. No class has bytes of 0x80 and above.
  @inlinable
  @inline(__always)
  public func contains(byte: UInt8) -> Bool {
    byte < 0x80 && ByteClass.table.utf8Start[Int(byte)] & bit != 0
  }

  /// The first byte from `start` on that does not belong to the class, or `end`.
  @inlinable
  @inline(__always)
  public func end(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var next = start
    while next < end, contains(byte: next.pointee) { next += 1 }
    return next
  }

  /// The classes of bytes 0 to 0x7F, each as the letter of 0x40 plus its bits: a literal, so that it lies in the
  /// program's constant data and is never initialised. A test holds it against the grammars.
  @inlinable
  static var table: StaticString {
    """
    @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\
    HKHKKIKKJJOK@OKNOOOOOOOOOOJHJBJJ\
    NKKKKKKKKKKKKKKKKKKKKKKKKKKJHJKO\
    KOOOOOOOOOOOOOOOOOOOOOOOOOOJKJK@
    """
  }
}
