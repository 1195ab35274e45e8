// Why a message is refused: the status that the RFC wants, and the reason under which it is counted. The connection is
// closed behind it.

public import TransportMessages

public struct HTTP1Refusal: Error, Equatable, Sendable {
  /// The status that a request is answered with.
  public let status: UInt16
  public let fault: TransportFault

  /// RFC 9112, 3: not `method SP target SP HTTP/x.y`.
  public static var startLine: HTTP1Refusal { HTTP1Refusal(status: 400, fault: .malformedStartLine) }
  /// RFC 9112, 3.
  public static var longTarget: HTTP1Refusal { HTTP1Refusal(status: 414, fault: .tooLarge) }
  /// RFC 9110, 15.6.6: a major version that is not 1.
  public static var version: HTTP1Refusal { HTTP1Refusal(status: 505, fault: .unsupported) }
  /// RFC 9110, 9.1: a method that nobody knows, CONNECT, or TRACE.
  public static var method: HTTP1Refusal { HTTP1Refusal(status: 501, fault: .unsupported) }
  /// RFC 9112, 6.1: a transfer coding before `chunked`.
  public static var coding: HTTP1Refusal { HTTP1Refusal(status: 501, fault: .unsupported) }
  /// RFC 9110, 10.1.1.
  public static var expectation: HTTP1Refusal { HTTP1Refusal(status: 417, fault: .unsupported) }
  /// RFC 9112, 5 and RFC 9110, 5.5; or a word of our own that cannot be read.
  public static var field: HTTP1Refusal { HTTP1Refusal(status: 400, fault: .malformedField) }
  /// RFC 6585, 5.
  public static var fields: HTTP1Refusal { HTTP1Refusal(status: 431, fault: .tooManyFields) }
  /// RFC 9112, 3.2.
  public static var host: HTTP1Refusal { HTTP1Refusal(status: 400, fault: .wrongHost) }
  /// RFC 9112, 6.1 to 6.3.
  public static var length: HTTP1Refusal { HTTP1Refusal(status: 400, fault: .ambiguousLength) }
  /// RFC 9112, 7.1.
  public static var chunk: HTTP1Refusal { HTTP1Refusal(status: 400, fault: .malformedChunk) }
  /// RFC 9110, 15.5.14.
  public static var body: HTTP1Refusal { HTTP1Refusal(status: 413, fault: .tooLarge) }
  /// RFC 9110, 15.5.9.
  public static var stalled: HTTP1Refusal { HTTP1Refusal(status: 408, fault: .stalled) }
  /// A reply that nobody asked for.
  public static var unexpected: HTTP1Refusal { HTTP1Refusal(status: 400, fault: .unexpectedType) }
}
