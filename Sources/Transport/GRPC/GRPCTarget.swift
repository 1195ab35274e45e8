// Where the requests of an edge go, as the fields that each begins with.

internal import Bytes
internal import TransportHTTP1
public import TransportMessages

/// The pseudo-header fields, those of gRPC, and those that every request of the edge has, made once.
public final class GRPCTarget: Sendable {
  /// The method of the chain's own call; see chain.proto.
  public static let chainMethod = "/ctxchain.v1.Chain/Call"

  let fields: HTTP2FieldList
  /// Of a request, beside those that its context needs: these, the timeout and the words.
  var fieldCount: Int { fields.count + 2 }
  let contextInMessage: Bool
  let neverIndexed: FieldClasses
  /// Messages are another service's: the payload is all of them.
  public let isRaw: Bool
  /// The payload of every call; nil: each has its own.
  private let message: [UInt8]?

  /// A host that is none is replaced by `ctxchain`. Path and fields are the caller's to check (`problem`).
  public init(_ target: RequestTarget) {
    let path = target.path == "/" ? GRPCTarget.chainMethod : target.path
    var list = [
      (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", target.host), ("te", "trailers"),
      ("content-type", "application/grpc"),
    ]
    if let propagator = target.propagator { list.append(("ctxchain-propagator", propagator)) }
    list += target.fields.map { ($0.name.lowercased(), $0.value) }
    fields = HTTP2FieldList(list.map { (name: $0.0, value: $0.1) })
    isRaw = path != GRPCTarget.chainMethod
    neverIndexed = target.neverIndexed
    contextInMessage = target.contextInBody && !isRaw
    message = target.message
  }

  deinit { fields.deallocate() }

  /// Ends a request to another service's method. False: see `GRPCRequestWriter.finish`.
  public func finishRaw(_ writer: GRPCRequestWriter, payloadSize: Int) -> Bool {
    guard let message else { return writer.finish(payloadSize: payloadSize) }
    guard writer.finish(payloadSize: message.count) else { return false }
    message.withUnsafeBytes { writer.buffer.append($0) }
    return true
  }

  /// What is wrong with a target in words; nil where nothing is.
  public static func problem(_ target: RequestTarget) -> String? {
    let parts = target.path.split(separator: "/", omittingEmptySubsequences: false)
    guard target.path == "/" || (parts.count == 3 && parts[0].isEmpty && !parts[1].isEmpty && !parts[2].isEmpty) else {
      return "\"\(target.path)\" is no method: expected /package.Service/Method"
    }
    guard target.path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return "\"\(target.path)\" is no method" }
    if target.message != nil, target.path == "/" || target.path == chainMethod {
      return "the chain's own call has a message of its own"
    }
    for field in target.fields {
      let name = field.name.lowercased()
      if isOwn(name) { return "\(field.name) is written by this program" }
      guard !name.isEmpty, name.utf8.allSatisfy(isKey) else { return "\"\(field.name)\" is no key of metadata" }
      guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
        return "the value of \(field.name) has characters that metadata cannot have"
      }
    }
    return nil
  }

  /// 0-9 a-z _ - . of gRPC's protocol document.
  private static func isKey(_ byte: UInt8) -> Bool {
    byte &- 0x61 < 26 || HTTP1Text.isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".")
  }

  /// Of the fields that say what a call is, and of those that HTTP/2 has no place for (RFC 9113, 8.2.2).
  private static func isOwn(_ name: String) -> Bool {
    name.hasPrefix(":") || name.hasPrefix("grpc-")
      || [
        "host", "te", "content-type", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade",
        "proxy-connection", "ctxchain", "ctxchain-propagator", "ctxchain-context-bin",
      ].contains(name)
  }
}
