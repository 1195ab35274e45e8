// What a request says, once it is whole: gRPC's own fields, ours, and the context that is left.

internal import Bytes
internal import Glibc
internal import TransportHTTP1
public import TransportMessages

public struct GRPCRequest {
  public var words = RequestHead(tag: 0)
  /// How it says that it carries its context; empty where it does not say. Valid as long as the message.
  public var propagator = UnsafeRawBufferPointer(start: nil, count: 0)
  /// The sender is of this program.
  public var isOurs = false
}

public enum GRPCRequestReading {
  /// The chain's own call.
  case call(GRPCRequest)
  /// A question for the health of a service (grpc.health.v1): known or not.
  case health(isKnown: Bool)
  /// It is answered with a status, and counted where there is a reason.
  case failed(StatusCode, TransportFault?)
  /// It is no gRPC at all, and is answered with a status of HTTP.
  case foreign(isMethodWrong: Bool)

  private struct Said {
    var isPost = false
    var isGRPC = false
    var isChain = false
    var isHealth = false
    var hasTimeout = false
    var isMalformed = false
    var hasEncoding = false
    var request = GRPCRequest()
    var parsed = RequestWords()
    /// Of the field `ctxchain-propagator`, whose bytes move when a context in the message is read.
    var propagator: (offset: Int, size: Int)?
    var protocolSize = 0
  }

  /// Reads a whole message, in which the fields that are left are then the context's.
  public static func read(_ incoming: UnsafeMutablePointer<GRPCIncoming>) -> GRPCRequestReading {
    var said = Said()
    takeFields(of: incoming, &said)
    guard said.isPost else { return .foreign(isMethodWrong: true) }
    guard said.isGRPC else { return .foreign(isMethodWrong: false) }
    guard said.isChain || said.isHealth else { return .failed(.unimplemented, nil) }
    guard !said.isMalformed, said.parsed.hopsLeft > 0 else { return .failed(.internal, .malformedField) }
    switch GRPCPrefix.read(incoming.pointee.body.readable) {
    case .malformed: return .failed(.internal, .malformedMessage)
    case .compressed: return .failed(said.hasEncoding ? .unimplemented : .internal, .unsupported)
    case .message(let message):
      if said.isHealth { return health(message) }
      guard readContext(of: incoming, message: message) else { return .failed(.internal, .malformedMessage) }
    }
    incoming.pointee.protocolSize =
      said.protocolSize &+ HTTP2Frame.headSize &* 2 &+ incoming.pointee.body.count &- incoming.pointee.payload.count
      &- incoming.pointee.contextMessageSize
    said.request.words.hopsLeft = said.parsed.hopsLeft
    said.request.words.flags = said.parsed.flags
    if let propagator = said.propagator {
      said.request.propagator = UnsafeRawBufferPointer(
        start: incoming.pointee.bytes.pointer(at: propagator.offset), count: propagator.size)
    }
    if !said.hasTimeout { said.request.words.deadline = said.parsed.deadline }
    return .call(said.request)
  }

  /// Takes the payload out of a CallRequest, and the context where that is in it; otherwise the context is what the fields
  /// have. False when it is none.
  static func readContext(of incoming: UnsafeMutablePointer<GRPCIncoming>, message: UnsafeRawBufferPointer) -> Bool {
    var context: UnsafeRawBufferPointer?
    guard
      ProtobufBytes.forEach(
        message,
        { field, bytes in
          if field == ChainMessage.payload { incoming.pointee.payload = bytes }
          if field == ChainMessage.context { context = bytes }
          return true
        })
    else { return false }
    guard let context else {
      incoming.pointee.uncompressedCarrierSize = incoming.pointee.fieldsSize
      return takeBinary(of: incoming)
    }
    incoming.pointee.contextMessageSize = context.count
    incoming.pointee.carrierSize = context.count
    incoming.pointee.uncompressedCarrierSize = context.count
    return GRPCContextMessage.read(context, into: &incoming.pointee)
  }

  /// The field `ctxchain-context-bin` becomes the binary section, decoded where it lies.
  private static func takeBinary(of incoming: UnsafeMutablePointer<GRPCIncoming>) -> Bool {
    let base = incoming.pointee.bytes.pointer(at: 0)
    var isFound = false
    for index in 0..<incoming.pointee.fieldCount {
      let field = incoming.pointee.fields[index]
      guard field.nameSize == 20,
        HTTP1Text.equal(base + Int(field.nameOffset), 20, "ctxchain-context-bin")
      else { continue }
      let text = base + Int(field.valueOffset)
      guard !isFound, let size = HTTP1Base64.decode(text, size: Int(field.valueSize)) else { return false }
      isFound = true
      incoming.pointee.binary = UnsafeRawBufferPointer(start: text, count: size)
      incoming.pointee.fields[index].nameSize = 0
    }
    if isFound { incoming.pointee.dropNamelessFields() }
    return true
  }

  private static func health(_ message: UnsafeRawBufferPointer) -> GRPCRequestReading {
    var isKnown = true
    let isMessage = ProtobufBytes.forEach(message) { field, bytes in
      if field == 1 { isKnown = bytes.isEmpty || bytes.elementsEqual("ctxchain.v1.Chain".utf8) }
      return true
    }
    return isMessage ? .health(isKnown: isKnown) : .failed(.internal, .malformedMessage)
  }

  // MARK: Fields

  /// Takes in the fields that HTTP, gRPC and this program have a use for; the others stay in the table.
  private static func takeFields(of incoming: UnsafeMutablePointer<GRPCIncoming>, _ said: inout Said) {
    let base = incoming.pointee.bytes.pointer(at: 0)
    let fields = incoming.pointee.fields
    var kept = 0
    var keptSize = 0
    var (encodedSize, keptEncodedSize) = (0, 0)
    for index in 0..<incoming.pointee.fieldCount {
      let field = fields[index]
      let size = Int(field.nameSize) &+ Int(field.valueSize)
      let encoded = field.encodedSize > 0 ? Int(field.encodedSize) : size
      encodedSize &+= encoded
      let value = UnsafeRawBufferPointer(start: base + Int(field.valueOffset), count: Int(field.valueSize))
      if take(base + Int(field.nameOffset), Int(field.nameSize), value, base, &said) { continue }
      fields[kept] = field
      kept &+= 1
      keptSize &+= size
      keptEncodedSize &+= encoded
    }
    incoming.pointee.fieldCount = kept
    said.protocolSize = encodedSize &- keptEncodedSize
    incoming.pointee.fieldsSize = keptSize
    incoming.pointee.carrierSize = keptEncodedSize
  }

  private static func take(
    _ name: UnsafeMutableRawPointer, _ size: Int, _ value: UnsafeRawBufferPointer, _ base: UnsafeMutableRawPointer,
    _ said: inout Said
  ) -> Bool {
    switch size {
    case 2: return HTTP1Text.equal(name, 2, "te")
    case 4: return HTTP1Text.equal(name, 4, "host")
    case 5 where HTTP1Text.equal(name, 5, ":path"):
      said.isChain = equal(value, "/ctxchain.v1.Chain/Call")
      said.isHealth = !said.isChain && equal(value, "/grpc.health.v1.Health/Check")
    case 7 where HTTP1Text.equal(name, 7, ":method"): said.isPost = equal(value, "POST")
    case 7: return HTTP1Text.equal(name, 7, ":scheme")
    case 8 where HTTP1Text.equal(name, 8, "ctxchain"):
      said.request.isOurs = true
      do { try said.parsed.take(value) } catch { said.isMalformed = true }
    case 10: return HTTP1Text.equal(name, 10, ":authority") || HTTP1Text.equal(name, 10, "user-agent")
    case 12 where HTTP1Text.equal(name, 12, "content-type"): said.isGRPC = isGRPC(value)
    case 12 where HTTP1Text.equal(name, 12, "grpc-timeout"):
      guard let timeout = GRPCTimeout.read(value) else {
        said.isMalformed = true
        return true
      }
      said.request.words.deadline = timeout
      said.hasTimeout = true
    case 13 where HTTP1Text.equal(name, 13, "grpc-encoding"): said.hasEncoding = !equal(value, "identity")
    case 14: return HTTP1Text.equal(name, 14, "content-length")
    case 19 where HTTP1Text.equal(name, 19, "ctxchain-propagator"):
      said.propagator = (value.baseAddress! - UnsafeRawPointer(base), value.count)
    case 20: return HTTP1Text.equal(name, 20, "grpc-accept-encoding")
    default: return false
    }
    return true
  }

  private static func equal(_ value: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    value.count == text.utf8CodeUnitCount
      && (value.isEmpty || memcmp(value.baseAddress!, text.utf8Start, value.count) == 0)
  }

  /// `application/grpc`, alone or before `+` or `;`.
  static func isGRPC(_ type: UnsafeRawBufferPointer) -> Bool {
    let text: StaticString = "application/grpc"
    guard type.count >= text.utf8CodeUnitCount, memcmp(type.baseAddress!, text.utf8Start, text.utf8CodeUnitCount) == 0
    else { return false }
    guard type.count > text.utf8CodeUnitCount else { return true }
    let next = type[text.utf8CodeUnitCount]
    return next == UInt8(ascii: "+") || next == UInt8(ascii: ";")
  }
}
