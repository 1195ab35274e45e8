// Where the requests of an edge go, as the bytes that each begins with.

/// `POST / HTTP/1.1` and the Host line, written once. Each connection of an edge has one.
public final class HTTP1Target: Sendable {
  /// Never written again.
  nonisolated(unsafe) let start: UnsafeRawPointer
  let size: Int

  /// - Parameter host: a host and an optional port, as Host has them; what is no such is replaced by `ctxchain`.
  public init(host: String) {
    let isValid = Array(host.utf8).withUnsafeBytes { HTTP1Host.isValid($0) }
    let text = Array("POST / HTTP/1.1\r\nhost: \(isValid ? host : "ctxchain")\r\n".utf8)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: text.count, alignment: 16)
    text.withUnsafeBytes { bytes.copyMemory(from: $0.baseAddress!, byteCount: text.count) }
    start = UnsafeRawPointer(bytes)
    size = text.count
  }

  deinit { start.deallocate() }
}
