// The seam as protocols, for a transport that has no case of its own in `TransportKind`. Each message costs a few table
// look-ups more than there.

public import Bytes
public import EventLoop

public protocol ForeignTransport: Sendable {
  var name: String { get }
  /// Whether what a caller sends first is of this transport.
  func isBegun(by bytes: UnsafeRawBufferPointer) -> Bool
  /// See `Transport`.
  var multiplexes: Bool { get }
  var connectionCount: Int { get }
  func makeEncoder() -> any ForeignEncoder
  func makeCaller(_ connection: Connection) -> any ForeignCaller
  func makeCallee(_ connection: Connection) -> any ForeignCallee
}

/// See `RequestEncoder`.
public protocol ForeignEncoder: AnyObject {
  func begin(_ head: RequestHead, to buffer: ByteBuffer) -> MessageWriter
  func finish(_ message: MessageWriter, payloadSize: Int) -> Bool
  func decode(_ image: UnsafeRawBufferPointer) -> ForeignMessage
}

/// The state of a connection that requests come in by; see `Caller`.
public protocol ForeignCaller: AnyObject {
  func receive(_ bytes: UnsafeRawBufferPointer, for receiver: any RequestReceiver) -> Int
  /// In whatever order requests end: where replies leave in the order of requests, it holds them back.
  func reply(to tag: UInt64, status: StatusCode, views: UnsafeRawBufferPointer?, payloadSize: Int)
  func abandon(_ tag: UInt64)
  func sendGoaway()
}

/// The state of a connection that requests go out by; see `Callee`.
public protocol ForeignCallee: AnyObject {
  var canSend: Bool { get }
  /// A request was written under that tag.
  func didSend(_ tag: UInt64)
  func receive(_ bytes: UnsafeRawBufferPointer, for receiver: any ReplyReceiver) -> Int
  func cancel(_ tag: UInt64) -> Bool
}
