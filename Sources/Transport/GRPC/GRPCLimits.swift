// How large the parts of a message may be, and how much of it a connection keeps. What is larger is refused as RFC 9113 and
// gRPC's protocol document say.

public enum GRPCLimits {
  /// Bytes of names and values of a message's fields together, written and read; more are answered RESOURCE_EXHAUSTED.
  /// nghttp2 sends no longer block.
  @inlinable public static var fieldsSizeMax: Int { 64 << 10 }
  /// Fields that a context may write into a message.
  @inlinable public static var fieldCountMax: Int { 256 }
  /// Fields of a message that is read, those of HTTP and gRPC included.
  static var receivedFieldCountMax: Int { 288 }
  /// Bytes of a context in a message; of each field of it no more than of all fields in metadata.
  @inlinable public static var messageContextSizeMax: Int { 1 << 20 }
  /// Bytes of a message; more are answered RESOURCE_EXHAUSTED, as gRPC's own libraries do.
  @inlinable public static var messageSizeMax: Int { 16 << 20 }
  /// Bytes of messages that are not whole, of all streams of a connection together.
  static var bufferedSizeMax: Int { 64 << 20 }
  /// Streams that a peer may have open at once on a connection.
  static var streamCountMax: UInt32 { 4096 }
  /// Bytes that a peer may send ahead on a stream and on a connection.
  static var streamWindow: UInt32 { 4 << 20 }
  static var connectionWindow: Int32 { 16 << 20 }
  /// Frames of a caller that bring no call nearer, resets among them: so many at once, and so many a second. Those of grpcio
  /// with deadlines of 2 ms are far fewer; an attack (CVE-2023-44487) has far more.
  static var idleFrameBurst: Int { 10_000 }
  static var idleFrameRate: Int { 5_000 }
  /// The same of a caller of this program, whose whole load may run into its deadlines.
  static var ownIdleFrameBurst: Int { 200_000 }
  static var ownIdleFrameRate: Int { 200_000 }
  /// Reads of CONTINUATION behind one HEADERS.
  static var continuationCountMax: Int { 100 }
  /// Bytes of memory for messages that a connection keeps for the next ones, and those of one buffer among them. A message has
  /// 2 KiB if it is no large one.
  static var keptIncomingSize: Int { 2 << 20 }
  static var keptCapacityMax: Int { 128 << 10 }
  /// The same that a callee that is not of this program gets from us: what libraries accept by default is 1 000 and 33
  /// (nghttp2). What is given up beyond that is not reset, and its reply is dropped.
  public static var sentResetBurst: Int { 800 }
  public static var sentResetRate: Int { 30 }
  /// Of 2³⁰ stream ids, those that are left when a connection is given up for another (RFC 9113, 5.1.1).
  static var streamIDsLeft: Int32 { 2 * 1024 }
}
