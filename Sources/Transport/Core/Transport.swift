// A transport by its name, and what its users have to know of it.

public import Bytes
public import TransportFrame

public struct Transport: Sendable {
  public let kind: TransportKind
  /// As in a topology's `transport:`.
  public let name: String
  @usableFromInline let foreign: (any ForeignTransport)?

  public static let frame = Transport(kind: .frame, name: "frame", foreign: nil)

  /// Those that a topology may name, in the order that reports use.
  public static let all = [frame]

  init(kind: TransportKind, name: String, foreign: (any ForeignTransport)?) {
    self.kind = kind
    self.name = name
    self.foreign = foreign
  }

  public init(_ foreign: any ForeignTransport) {
    self.init(kind: .foreign, name: foreign.name, foreign: foreign)
  }

  /// Bytes of every message beside fields, binary section and payload, where they are always the same.
  public var overheadSize: Int? { foreign == nil ? FrameLayout.headerSize : nil }

  /// A caller's first message says how it writes the context. Otherwise there is a listener for each propagator.
  public var saysHello: Bool { foreign?.saysHello ?? true }

  /// A connection takes a request while others are under way on it, whatever becomes of those.
  public var multiplexes: Bool { foreign?.multiplexes ?? true }

  /// Connections to each worker of a callee where one would do for a transport that multiplexes.
  public var connectionCount: Int { foreign?.connectionCount ?? 1 }

  public func makeEncoder() -> RequestEncoder {
    RequestEncoder(kind: kind, foreign: foreign?.makeEncoder())
  }
}

/// Writes requests at the end of a buffer.
public struct RequestEncoder {
  @usableFromInline let kind: TransportKind
  @usableFromInline let foreign: (any ForeignEncoder)?

  @usableFromInline
  init(kind: TransportKind, foreign: (any ForeignEncoder)?) {
    self.kind = kind
    self.foreign = foreign
  }

  /// The context follows, through a propagator; then `finish`.
  @inlinable
  @inline(__always)
  public func begin(_ head: RequestHead, to buffer: ByteBuffer) -> MessageWriter {
    guard case .frame = kind else { return foreign.unsafelyUnwrapped.begin(head, to: buffer) }
    return FrameWriter(to: buffer, head).message
  }

  /// Appends the payload. False when the context has outgrown what the transport carries: nothing is written then.
  @inlinable
  @inline(__always)
  @discardableResult
  public func finish(_ message: MessageWriter, payloadSize: Int) -> Bool {
    guard case .frame = kind else {
      return foreign.unsafelyUnwrapped.finish(message, payloadSize: payloadSize)
    }
    return FrameWriter(message).finish(payloadSize: payloadSize)
  }

  // MARK: Ready images

  /// The same without the payload, for a request that is sent again and again by `Callee.send`.
  public func finishImage(_ message: MessageWriter, payloadSize: Int) -> Bool {
    if let foreign { return foreign.finish(message, payloadSize: payloadSize) }
    return FrameWriter(message).finishWithoutPayload(payloadSize)
  }

  /// Calls `body` with what a receiver would see of an image's context.
  public func withImage<Result>(
    _ image: UnsafeRawBufferPointer, _ body: (ReceivedMessage) -> Result
  ) -> Result {
    if let foreign { return withExtendedLifetime(foreign.decode(image)) { body(ReceivedMessage($0)) } }
    let payloadSize = Frame(ReceivedMessage(kind: .frame, base: image.baseAddress!, size: image.count)).payloadSize
    return body(ReceivedMessage(kind: .frame, base: image.baseAddress!, size: image.count + payloadSize))
  }
}

extension FrameWriter {
  /// Begins a request.
  @inlinable
  @inline(__always)
  init(to buffer: ByteBuffer, _ head: RequestHead) {
    self.init(
      to: buffer, type: .request, flags: head.flags.rawValue, id: head.tag, deadline: head.deadline,
      hopsLeft: head.hopsLeft)
  }
}

extension ReceivedMessage {
  /// Bytes.
  public var payloadSize: Int {
    switch kind {
    case .frame: Frame(self).payloadSize
    case .foreign: foreign.payloadSize
    }
  }

  /// Bytes of the fields and the binary section.
  public var carrierSize: Int {
    switch kind {
    case .frame: size - FrameLayout.headerSize - Frame(self).payloadSize
    case .foreign: foreign.carrierSize
    }
  }

  /// Calls `body` with the views that a reply brings; see `ViewRecords`.
  public func withViews(_ body: (UnsafeRawBufferPointer) -> Void) {
    switch kind {
    case .frame: body(Frame(self).context)
    case .foreign: foreign.views.withUnsafeBytes(body)
    }
  }
}
