// Which code reads and writes a message: one byte, so that a message costs one comparison and no table.

public import Bytes

public enum TransportKind: UInt8, Sendable {
  case frame
  case http1
  case grpc
  /// Known by its objects alone (`ForeignTransport`): for tests, and for whoever tries one out.
  case foreign
}

/// A message as it lies in received bytes. Valid until its receiver returns to the loop.
public struct ReceivedMessage {
  public let kind: TransportKind
  /// Of a frame its first byte; of a foreign message its `ForeignMessage`; of others what has been read of it.
  public let base: UnsafeRawPointer
  public let size: Int

  @inlinable
  public init(kind: TransportKind, base: UnsafeRawPointer, size: Int) {
    self.kind = kind
    self.base = base
    self.size = size
  }

  public init(_ message: ForeignMessage) {
    self.init(kind: .foreign, base: UnsafeRawPointer(Unmanaged.passUnretained(message).toOpaque()), size: 0)
  }

  /// Only of that kind.
  public var foreign: ForeignMessage { Unmanaged<ForeignMessage>.fromOpaque(base).takeUnretainedValue() }
}

/// A request that is being written at the end of an output buffer: begun, then its context, then finished.
public struct MessageWriter {
  public let kind: TransportKind
  public let buffer: ByteBuffer
  /// Where it starts in the buffer; of a foreign message the address of its `ForeignMessage`.
  public let start: Int

  @inlinable
  public init(kind: TransportKind, buffer: ByteBuffer, start: Int) {
    self.kind = kind
    self.buffer = buffer
    self.start = start
  }

  public init(_ message: ForeignMessage, buffer: ByteBuffer) {
    self.init(
      kind: .foreign, buffer: buffer, start: Int(bitPattern: Unmanaged.passUnretained(message).toOpaque()))
  }

  /// Only of that kind.
  public var foreign: ForeignMessage {
    Unmanaged<ForeignMessage>.fromOpaque(UnsafeRawPointer(bitPattern: start)!).takeUnretainedValue()
  }
}

/// The parts of a message that only its own transport can read and write.
public final class ForeignMessage {
  /// A carrier, reader and writer in one, as Propagation knows them.
  public let carrier: any Sendable & AnyObject
  public var head = RequestHead(tag: 0)
  public var payloadSize = 0
  /// Bytes of fields and binary section.
  public var carrierSize = 0
  /// Of a reply; see `ViewRecords`.
  public var views: [UInt8] = []

  public init(carrier: any Sendable & AnyObject) { self.carrier = carrier }
}
