// What a reply says, once it is whole: its status, and the message where there is one.

internal import Bytes
internal import TransportMessages
internal import TransportHTTP1

public enum GRPCReplyReading {
  /// 1xx: the answer is still to come.
  static func isInterim(_ incoming: UnsafeMutablePointer<GRPCIncoming>) -> Bool {
    var status: UInt16 = 0
    forEachField(of: incoming) { name, value in
      if HTTP1Text.equal(name.base, name.size, ":status") { status = UInt16(clamping: HTTP1Text.number(value) ?? 0) }
    }
    return status >= 100 && status < 200
  }

  /// Reads a whole reply; returns its status of gRPC, 0 for an answer. One without a status has HTTP's, as
  /// grpc/doc/http-grpc-status-mapping.md maps that.
  ///
  /// - Parameter isRaw: it is another service's: its message is payload.
  public static func read(_ incoming: UnsafeMutablePointer<GRPCIncoming>, isRaw: Bool) -> UInt16 {
    var code: Int?
    var hasStatus = false
    var isGRPC = false
    forEachField(of: incoming) { name, value in
      switch name.size {
      case 7 where HTTP1Text.equal(name.base, 7, ":status"):
        incoming.pointee.httpStatus = UInt16(clamping: HTTP1Text.number(value) ?? 0)
      case 11 where HTTP1Text.equal(name.base, 11, "grpc-status"):
        hasStatus = true
        code = HTTP1Text.number(value)
      case 12 where HTTP1Text.equal(name.base, 12, "content-type"): isGRPC = GRPCRequestReading.isGRPC(value)
      default: break
      }
    }
    incoming.pointee.protocolSize = incoming.pointee.fieldsSize &+ HTTP2Frame.headSize &* 3
    incoming.pointee.fieldCount = 0
    guard hasStatus else {
      let status = incoming.pointee.httpStatus
      // An answer of HTTP that says nothing of gRPC is none (http-grpc-status-mapping.md: all else is UNKNOWN).
      return (status == 200 ? StatusCode.unknown : HTTP1Status.code(of: status)).rawValue
    }
    guard let code, code <= 16 else { return StatusCode.unknown.rawValue }
    guard code == 0 else { return UInt16(code) }
    guard isGRPC, incoming.pointee.httpStatus == 200, readMessage(incoming, isRaw: isRaw) else {
      return StatusCode.internal.rawValue
    }
    return 0
  }

  private static func readMessage(_ incoming: UnsafeMutablePointer<GRPCIncoming>, isRaw: Bool) -> Bool {
    guard case .message(let message) = GRPCPrefix.read(incoming.pointee.body.readable) else { return false }
    guard !isRaw else {
      incoming.pointee.payload = message
      return true
    }
    let isMessage = ProtobufBytes.forEach(message) { field, bytes in
      if field == ChainMessage.payload { incoming.pointee.payload = bytes }
      if field == ChainMessage.views { incoming.pointee.views = bytes }
      return true
    }
    incoming.pointee.protocolSize &+=
      incoming.pointee.body.count &- incoming.pointee.payload.count
      &- incoming.pointee.views.count
    return isMessage
  }

  private static func forEachField(
    of incoming: UnsafeMutablePointer<GRPCIncoming>,
    _ body: (_ name: (base: UnsafeMutableRawPointer, size: Int), _ value: UnsafeRawBufferPointer) -> Void
  ) {
    let base = incoming.pointee.bytes.pointer(at: 0)
    for index in 0..<incoming.pointee.fieldCount {
      let field = incoming.pointee.fields[index]
      body(
        (base + Int(field.nameOffset), Int(field.nameSize)),
        UnsafeRawBufferPointer(start: base + Int(field.valueOffset), count: Int(field.valueSize)))
    }
  }
}

enum HTTP2Frame {
  /// Bytes in front of each frame (RFC 9113, 4.1).
  static var headSize: Int { 9 }
}
