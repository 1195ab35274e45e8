// Why a connection was closed for what came over it.

/// The counter page of a node has a place for each, in this order. A transport that has reasons of its own adds them at
/// the end.
public enum TransportFault: UInt8, CaseIterable, Sendable, Error {
  case tooShort, tooLarge, unknownType, sizesDisagree, tooManyFields, malformedField, contextTooLarge
  case unexpectedType, unexpectedHello, noHopsLeft
  /// Of HTTP/1.1: a first line that is none; no Host, two, or one that names no host; a length that two readers could
  /// understand in two ways; chunks that are none; a version, method, coding or expectation that is not served; a message
  /// that was begun and not ended in time.
  case malformedStartLine, wrongHost, ambiguousLength, malformedChunk, unsupported, stalled
  /// Of HTTP/2 and gRPC: a first line that is another protocol's; frames that RFC 9113 does not allow; windows that are
  /// overrun; fields that cannot be decompressed; a frame of a wrong size; more frames that bring nothing than anybody
  /// needs; a message that is none.
  case malformedPreface, protocolError, flowControl, compression, frameSize, flood, malformedMessage
}
