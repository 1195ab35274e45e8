// A transport by its name, and what its users have to know of it.

public import Bytes
public import TransportFrame
internal import TransportGRPC
internal import TransportHTTP1

public struct Transport: Sendable {
  public let kind: TransportKind
  /// As in a topology's `transport:`.
  public let name: String
  @usableFromInline let foreign: (any ForeignTransport)?
  /// Nanoseconds from a request's first byte to its last, where a request can come in parts for ever.
  package var requestTimeMax: Int64 = 30_000_000_000

  public static let frame = Transport(kind: .frame, name: "frame", foreign: nil)
  public static let http1 = Transport(kind: .http1, name: "http1", foreign: nil)
  public static let grpc = Transport(kind: .grpc, name: "grpc", foreign: nil)

  /// Those that a topology may name, in the order that reports use.
  public static let all = [frame, http1, grpc]

  init(kind: TransportKind, name: String, foreign: (any ForeignTransport)?) {
    self.kind = kind
    self.name = name
    self.foreign = foreign
  }

  public init(_ foreign: any ForeignTransport) {
    self.init(kind: .foreign, name: foreign.name, foreign: foreign)
  }

  /// A caller's first message says how it writes the context. Over others the callee assumes how, until it is told.
  public var saysHello: Bool { kind == .frame }

  /// A connection takes a request while others are under way on it, whatever becomes of those.
  public var multiplexes: Bool { foreign?.multiplexes ?? (kind != .http1) }

  /// A connection takes so many requests at a time and no more: calls wait for their turn.
  public var isBounded: Bool { foreign.map { !$0.multiplexes } ?? (kind != .frame) }

  /// Connections to each worker of a callee where one would do for a transport that multiplexes.
  public var connectionCount: Int { foreign?.connectionCount ?? 1 }

  /// More connections are made when all are taken and calls wait.
  public var growsByNeed: Bool { kind == .http1 || kind == .grpc }

  /// Connections to each address of a callee at most, where they grow by need.
  public var connectionCountMax: Int { kind == .grpc ? 16 : 256 }

  /// Requests that a connection of an edge takes at a time, as far as is known before it stands.
  ///
  /// - Parameter pipeline: where replies come in the order of requests.
  public func requestCount(pipeline: Int) -> Int { kind == .grpc ? 100 : pipeline }

  /// What a caller speaks, by the first bytes that it sent: a frame, whose first is a hello of less than 64 KiB, has a zero
  /// byte where text has none. Nil: bytes are missing. What nobody knows goes to HTTP/1.1, which can say so.
  public static func begun(by bytes: UnsafeRawBufferPointer, among transports: [Transport]) -> Transport? {
    guard bytes.count > 2 else { return nil }
    if bytes[2] == 0 { return .frame }
    // The preface of HTTP/2 (RFC 9113, 3.4), which no method of HTTP/1.1 begins like.
    if bytes.prefix(3).elementsEqual("PRI".utf8) { return transports.first { $0.kind == .grpc } ?? .grpc }
    return transports.first { $0.foreign?.isBegun(by: bytes) ?? false }
      ?? transports.first { $0.kind == .http1 } ?? .http1
  }

  public func makeEncoder(_ target: RequestTarget = RequestTarget()) -> RequestEncoder {
    RequestEncoder(
      kind: kind, foreign: foreign?.makeEncoder(), target: kind == .http1 ? HTTP1Target(target) : nil,
      grpcTarget: kind == .grpc ? GRPCTarget(target) : nil)
  }
}

extension RequestTarget {
  /// What keeps requests from being sent there, in words; nil where nothing does.
  package func problem(over transport: Transport) -> String? {
    switch transport.kind {
    case .http1: HTTP1Target.problem(self)
    case .grpc: GRPCTarget.problem(self)
    case .frame, .foreign: nil
    }
  }
}

/// Writes requests at the end of a buffer.
public struct RequestEncoder {
  @usableFromInline let kind: TransportKind
  @usableFromInline let foreign: (any ForeignEncoder)?
  private let target: HTTP1Target?
  let grpcTarget: GRPCTarget?

  init(kind: TransportKind, foreign: (any ForeignEncoder)?, target: HTTP1Target?, grpcTarget: GRPCTarget?) {
    self.kind = kind
    self.foreign = foreign
    self.target = target
    self.grpcTarget = grpcTarget
  }

  /// The context follows, through a propagator; then `finish`.
  @inlinable
  @inline(__always)
  public func begin(_ head: RequestHead, to buffer: ByteBuffer) -> MessageWriter {
    guard case .frame = kind else { return beginOther(head, to: buffer) }
    return FrameWriter(to: buffer, head).message
  }

  @usableFromInline
  func beginOther(_ head: RequestHead, to buffer: ByteBuffer) -> MessageWriter {
    if let grpcTarget { return GRPCRequestWriter(to: buffer, target: grpcTarget, head).message }
    guard let target else { return foreign.unsafelyUnwrapped.begin(head, to: buffer) }
    return HTTP1RequestWriter(to: buffer, target: target, head).message
  }

  /// Appends the payload. False when the context has outgrown what the transport carries: nothing is written then.
  @inlinable
  @inline(__always)
  @discardableResult
  public func finish(_ message: MessageWriter, payloadSize: Int) -> Bool {
    guard case .frame = kind else { return finishOther(message, payloadSize: payloadSize) }
    return FrameWriter(message).finish(payloadSize: payloadSize)
  }

  @usableFromInline
  func finishOther(_ message: MessageWriter, payloadSize: Int) -> Bool {
    if case .grpc = kind { return finish(GRPCRequestWriter(message), payloadSize: payloadSize) }
    guard case .http1 = kind else { return foreign.unsafelyUnwrapped.finish(message, payloadSize: payloadSize) }
    return HTTP1RequestWriter(message).finish(payloadSize: payloadSize)
  }

  @inline(__always)
  private func finish(_ writer: GRPCRequestWriter, payloadSize: Int) -> Bool {
    guard writer.isRaw, let grpcTarget else { return writer.finish(payloadSize: payloadSize) }
    return grpcTarget.finishRaw(writer, payloadSize: payloadSize)
  }

  // MARK: Ready images

  /// The same without the payload, for a request that is sent again and again by `Callee.send`.
  public func finishImage(_ message: MessageWriter, payloadSize: Int) -> Bool {
    switch kind {
    case .frame: return FrameWriter(message).finishWithoutPayload(payloadSize)
    case .http1:
      guard HTTP1RequestWriter(message).finishHead(payloadSize: payloadSize) else { return false }
      target?.restoreMethod(message.buffer.pointer(at: message.start))
      return true
    case .grpc: return finish(GRPCRequestWriter(message), payloadSize: payloadSize)
    case .foreign: return foreign.unsafelyUnwrapped.finish(message, payloadSize: payloadSize)
    }
  }

  /// Calls `body` with what a receiver would see of an image's context.
  public func withImage<Result>(
    _ image: UnsafeRawBufferPointer, _ body: (ReceivedMessage) -> Result
  ) -> Result {
    if let foreign { return withExtendedLifetime(foreign.decode(image)) { body(ReceivedMessage($0)) } }
    if case .grpc = kind { return GRPCRequestImage.withMessage(image, body) }
    if case .http1 = kind { return HTTP1Image.withMessage(image, body) }
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

extension StatusCode {
  /// As HTTP/1.1 says it (google.rpc.Code).
  package var httpStatus: UInt16 { HTTP1Status.status(of: self) }
}

extension ReceivedMessage {
  /// Bytes.
  public var payloadSize: Int {
    switch kind {
    case .frame: Frame(self).payloadSize
    case .http1: HTTP1Message(self).payloadSize
    case .grpc: GRPCMessage(self).payload.count
    case .foreign: foreign.payloadSize
    }
  }

  /// Of a reply over HTTP/1.1; 0 of any other message.
  public var httpStatus: UInt16 {
    switch kind {
    case .http1: HTTP1Message(self).status
    case .grpc: GRPCMessage(self).httpStatus
    case .frame, .foreign: 0
    }
  }

  /// In place, of a request.
  public var payload: UnsafeRawBufferPointer {
    switch kind {
    case .frame: Frame(self).payload
    case .http1: HTTP1Message(self).body
    case .grpc: GRPCMessage(self).payload
    case .foreign: UnsafeRawBufferPointer(start: nil, count: 0)
    }
  }

  /// Bytes of the fields and the binary section.
  public var carrierSize: Int {
    switch kind {
    case .frame: size - FrameLayout.headerSize - Frame(self).payloadSize
    case .http1: HTTP1Message(self).carrierSize
    case .grpc: GRPCMessage(self).carrierSize
    case .foreign: foreign.carrierSize
    }
  }

  /// The same before compression; and how many fields the transport's table has taken in. Where it does not compress, and
  /// where nothing is measured (`Caller.measure`), the same and none.
  public var uncompressedCarrierSize: Int { kind == .grpc ? GRPCMessage(self).uncompressedCarrierSize : carrierSize }
  public var insertedFieldCount: Int { kind == .grpc ? GRPCMessage(self).insertedCount : 0 }

  /// Bytes that the transport itself adds to the carrier and the payload; 0 where a foreign one does not tell.
  public var protocolSize: Int {
    switch kind {
    case .frame: FrameLayout.headerSize
    case .http1: HTTP1Message(self).protocolSize
    case .grpc: GRPCMessage(self).protocolSize
    case .foreign: 0
    }
  }

  /// The same of an ordinary answer to this request, with so many bytes of payload.
  public func answerProtocolSize(payloadSize: Int) -> Int {
    switch kind {
    case .frame: FrameLayout.headerSize
    case .http1: HTTP1ReplyWriter.answerHeadSize(payloadSize: payloadSize)
    case .grpc: GRPCReplyWriter.answerProtocolSize(payloadSize: payloadSize)
    case .foreign: 0
    }
  }

  /// Calls `body` with the views that a reply brings; see `ViewRecords`.
  public func withViews(_ body: (UnsafeRawBufferPointer) -> Void) {
    switch kind {
    case .frame: body(Frame(self).context)
    case .http1: body(HTTP1Message(self).views)
    case .grpc: body(GRPCMessage(self).views)
    case .foreign: foreign.views.withUnsafeBytes(body)
    }
  }
}
