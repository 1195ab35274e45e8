// Trace id, span id and trace flags: the part of a context that every tracing format carries.

/// W3C Trace Context, sections 3.2.2.3 to 3.2.2.5. Ids are big-endian numbers: the first hex digit of the header is
/// the highest digit of `traceIDHigh`.
public struct SpanContext: Equatable, Sendable {
  public var traceIDHigh: UInt64
  public var traceIDLow: UInt64
  public var spanID: UInt64
  /// Bit 0 sampled, bit 1 random trace id; bits 6 and 7 are states of B3, see `deferred` and `debug`.
  public var flags: UInt8

  @inlinable
  public init(traceIDHigh: UInt64, traceIDLow: UInt64, spanID: UInt64, flags: UInt8) {
    self.traceIDHigh = traceIDHigh
    self.traceIDLow = traceIDLow
    self.spanID = spanID
    self.flags = flags
  }

  /// No trace: both ids are zero, which no tracing format allows.
  public static var none: SpanContext { SpanContext(traceIDHigh: 0, traceIDLow: 0, spanID: 0, flags: 0) }

  /// Both ids are non-zero, as every tracing format demands.
  @inlinable public var isValid: Bool { (traceIDHigh | traceIDLow) != 0 && spanID != 0 }

  @inlinable
  public func isSameTrace(as other: SpanContext) -> Bool {
    traceIDHigh == other.traceIDHigh && traceIDLow == other.traceIDLow
  }
}

extension SpanContext {
  /// Flags. Those that only B3 reads lie where W3C Trace Context has no flag yet; `tracecontext` neither sends nor takes
  /// them.
  @inlinable public static var sampled: UInt8 { 0x01 }
  /// W3C, level 2: the trace id is random.
  @inlinable public static var random: UInt8 { 0x02 }
  /// B3: recorded whatever samplers say.
  @inlinable public static var debug: UInt8 { 0x80 }
  /// B3: nobody has decided yet whether the trace is sampled.
  @inlinable public static var deferred: UInt8 { 0x40 }
}

extension SpanContext {
  /// Bytes of `binary25`: trace id (16) and span id (8), both big-endian, then the flags (1).
  @inlinable public static var binarySize: Int { 25 }

  /// Reads the `binarySize` bytes at `source`.
  @inlinable
  public init(binary source: UnsafeRawPointer) {
    traceIDHigh = UInt64(bigEndian: source.loadUnaligned(as: UInt64.self))
    traceIDLow = UInt64(bigEndian: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    spanID = UInt64(bigEndian: source.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    flags = source.load(fromByteOffset: 24, as: UInt8.self)
  }

  /// Writes `binarySize` bytes.
  @inlinable
  public func writeBinary(to destination: UnsafeMutableRawPointer) {
    destination.storeBytes(of: traceIDHigh.bigEndian, as: UInt64.self)
    destination.storeBytes(of: traceIDLow.bigEndian, toByteOffset: 8, as: UInt64.self)
    destination.storeBytes(of: spanID.bigEndian, toByteOffset: 16, as: UInt64.self)
    destination.storeBytes(of: flags, toByteOffset: 24, as: UInt8.self)
  }
}
