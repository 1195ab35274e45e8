// Where the requests of an edge go, as the bytes that each begins with.

public import TransportMessages

/// The request line, the Host line and those that every request of the edge has, written once. Each connection of an edge
/// has one.
public final class HTTP1Target: Sendable {
  /// Never written again.
  nonisolated(unsafe) let start: UnsafeRawPointer
  let size: Int
  private let isPost: Bool
  let contextInBody: Bool

  /// A host that is none is replaced by `ctxchain`. Path, method and fields are the caller's to check (`problem`).
  public init(_ target: RequestTarget) {
    let isValid = Array(target.host.utf8).withUnsafeBytes { HTTP1Host.isValid($0) }
    var text = "\(target.method) \(target.path) HTTP/1.1\r\nhost: \(isValid ? target.host : "ctxchain")\r\n"
    if let propagator = target.propagator { text += "ctxchain-propagator: \(propagator)\r\n" }
    for field in target.fields { text += "\(field.name): \(field.value)\r\n" }
    let utf8 = Array(text.utf8)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: utf8.count, alignment: 16)
    utf8.withUnsafeBytes { bytes.copyMemory(from: $0.baseAddress!, byteCount: utf8.count) }
    start = UnsafeRawPointer(bytes)
    size = utf8.count
    contextInBody = target.contextInBody
    isPost = target.method == "POST"
  }

  deinit { start.deallocate() }

  /// `HTTP1RequestWriter` ends every request as a POST: here it gets its own method back.
  ///
  /// - Parameter request: its first byte.
  public func restoreMethod(_ request: UnsafeMutableRawPointer) {
    if !isPost { request.copyMemory(from: start, byteCount: 4) }
  }

  /// What is wrong with a target in words; nil where nothing is: a peer of ours would take its head (RFC 9112, 3 and 5).
  public static func problem(_ target: RequestTarget) -> String? {
    let reader = HTTP1Reader(.requests)
    defer { reader.deallocate() }
    guard ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(target.method) else {
      return "expected GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, got \"\(target.method)\""
    }
    if let field = target.fields.first(where: { isOwn($0.name) }) {
      return "\(field.name) is written by this program"
    }
    guard Array(target.host.utf8).withUnsafeBytes({ HTTP1Host.isValid($0) }) else {
      return "\"\(target.host)\" is no host"
    }
    let lines = [target.path] + target.fields.flatMap { [$0.name, $0.value] }
    guard !lines.contains(where: { $0.utf8.contains(where: HTTP1Text.isControl) }) else {
      return "a control character in the path or in a header field"
    }
    let head = HTTP1Target(target)
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: head.size + 2, alignment: 16)
    defer { bytes.deallocate() }
    bytes.copyMemory(from: UnsafeRawBufferPointer(start: head.start, count: head.size))
    bytes.storeBytes(of: UInt16(0x0a0d).littleEndian, toByteOffset: head.size, as: UInt16.self)
    switch reader.read(UnsafeRawBufferPointer(bytes)) {
    case .message(let size) where size == bytes.count: return nil
    case .refused(.startLine), .refused(.longTarget): return "\"\(target.path)\" is no path of a request"
    case .refused(.field), .refused(.fields): return "a header field that is none, or too many of them"
    default: return "this cannot be sent over HTTP/1.1"
    }
  }

  /// Of the fields that say where a message ends and whose it is.
  private static func isOwn(_ name: String) -> Bool {
    [
      "host", "content-length", "transfer-encoding", "connection", "expect", "ctxchain", "ctxchain-propagator",
      "ctxchain-context-bin", "ctxchain-context-body",
    ].contains(name.lowercased())
  }
}
