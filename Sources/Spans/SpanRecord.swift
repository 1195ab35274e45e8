// One span that has ended, as a worker leaves it in its ring: plain memory, nothing encoded.

/// What somebody else makes an OpenTelemetry span of. Times are CLOCK_MONOTONIC, nanoseconds, of this host.
package struct SpanRecord: Equatable, Sendable {
  /// OpenTelemetry's SpanKind, by its numbers in OTLP.
  package enum Kind: UInt8, Sendable {
    /// A delivery to a service.
    case server = 2
    /// A call to a later one.
    case client = 3
  }

  package var traceIDHigh: UInt64
  package var traceIDLow: UInt64
  package var spanID: UInt64
  /// 0: none; it is a root.
  package var parentID: UInt64
  package var start: Int64
  package var end: Int64
  package var kind: Kind
  /// As gRPC numbers them; 0 is OK.
  package var status: UInt8
  /// W3C trace flags.
  package var flags: UInt8
  /// Of a call: place of its callee in `Service.calleesInOrder`.
  package var edge: UInt8
  /// Why extraction left something out: a bit for each place in `CounterPage.dropReasons`.
  package var drops: UInt16
  /// That it came or went by: a `TransportKind`.
  package var transport: UInt8
  private var padding: UInt8 = 0
  private var reserved: UInt64 = 0

  package init(
    traceIDHigh: UInt64 = 0, traceIDLow: UInt64 = 0, spanID: UInt64 = 0, parentID: UInt64 = 0, start: Int64 = 0,
    end: Int64 = 0, kind: Kind = .server, status: UInt8 = 0, flags: UInt8 = 0, edge: UInt8 = 0, drops: UInt16 = 0,
    transport: UInt8 = 0
  ) {
    self.traceIDHigh = traceIDHigh
    self.traceIDLow = traceIDLow
    self.spanID = spanID
    self.parentID = parentID
    self.start = start
    self.end = end
    self.kind = kind
    self.status = status
    self.flags = flags
    self.edge = edge
    self.drops = drops
    self.transport = transport
  }

  /// Bytes, in the ring.
  package static let size = 64
}
