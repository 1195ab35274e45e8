// How large the parts of a message may be. What is larger is refused as RFC 9110 and 6585 say.

public enum HTTP1Limits {
  /// Bytes of a request line or status line; a target that makes it longer is answered 414.
  @inlinable public static var startLineSizeMax: Int { 16 << 10 }
  /// Bytes of `HTTP/1.1 200` and the line's end: fewer are not looked at.
  static var statusLineSizeMin: Int { 14 }
  /// Bytes of all field lines together, written and read; more are answered 431.
  @inlinable public static var fieldsSizeMax: Int { 64 << 10 }
  /// Bytes of a context in the body; of each line of it no more than of all lines in a head.
  @inlinable public static var bodyContextSizeMax: Int { 1 << 20 }
  /// Fields that a context may write into a message.
  @inlinable public static var fieldCountMax: Int { 256 }
  /// Field lines of a message that is read, those of HTTP itself included; more are answered 431.
  @inlinable public static var lineCountMax: Int { 288 }
  /// Bytes of a body as it is sent, chunk sizes included; more are answered 413.
  @inlinable public static var bodySizeMax: Int { 16 << 20 }
  /// Bytes of a line with the size of a chunk, its extensions included.
  @inlinable public static var chunkLineSizeMax: Int { 256 }
  /// Bytes of the field lines behind the last chunk.
  @inlinable public static var trailersSizeMax: Int { 8 << 10 }
  /// Requests on one connection that wait for their turn to be answered; those behind are not read.
  @inlinable public static var pipelineMax: Int { 256 }
  /// Deliveries that a request may make whose sender does not know the word.
  @inlinable public static var hopsByDefault: UInt16 { 64 }
}
