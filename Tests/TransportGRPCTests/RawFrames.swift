// Frames of HTTP/2 as bytes (RFC 9113, 4 and 6), and fields as HPACK has them without its table (RFC 7541, 6.2.2): what a peer
// may send who keeps to no rule.

enum RawFrames {
  enum Kind: UInt8 {
    case data, headers, priority, reset, settings, pushPromise, ping, goaway, windowUpdate, continuation, unknown = 99
  }

  static let endStream: UInt8 = 1
  static let ack: UInt8 = 1
  static let endHeaders: UInt8 = 4
  static let padded: UInt8 = 8

  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  /// What every client begins with.
  static let begin = preface + frame(.settings)

  static func frame(_ kind: Kind, _ flags: UInt8 = 0, on stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
    var bytes = Array(number(UInt32(payload.count)).dropFirst())
    bytes += [kind.rawValue, flags]
    bytes += number(stream)
    return bytes + payload
  }

  /// Big-endian.
  static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  static func setting(_ id: UInt16, _ value: UInt32) -> [UInt8] {
    [UInt8(id >> 8), UInt8(truncatingIfNeeded: id)] + number(value)
  }

  /// Names and values of less than 127 bytes.
  static func block(_ fields: [(String, String)]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, value) in fields {
      bytes += [0, UInt8(name.utf8.count)]
      bytes += Array(name.utf8)
      bytes.append(UInt8(value.utf8.count))
      bytes += Array(value.utf8)
    }
    return bytes
  }

  /// Of the chain's own call.
  static let fields = [
    (":method", "POST"), (":scheme", "http"), (":path", "/ctxchain.v1.Chain/Call"), (":authority", "a"),
    ("te", "trailers"), ("content-type", "application/grpc"),
  ]

  /// The chain's fields with others in place of those of the same name, or behind them.
  static func fields(with others: [(String, String)]) -> [(String, String)] {
    fields.map { field in others.first { $0.0 == field.0 } ?? field }
      + others.filter { other in !fields.contains { $0.0 == other.0 } }
  }

  static func headers(
    on stream: UInt32 = 1, _ fields: [(String, String)] = RawFrames.fields, flags: UInt8 = endHeaders
  ) -> [UInt8] { frame(.headers, flags, on: stream, block(fields)) }

  static func data(on stream: UInt32 = 1, _ message: [UInt8], flags: UInt8 = endStream) -> [UInt8] {
    frame(.data, flags, on: stream, message)
  }

  /// An empty message of gRPC.
  static let message: [UInt8] = [0, 0, 0, 0, 0]

  static func call(on stream: UInt32 = 1, _ fields: [(String, String)] = RawFrames.fields) -> [UInt8] {
    headers(on: stream, fields) + data(on: stream, message)
  }

  /// What a session has said: of each frame its kind, flags, stream and payload.
  static func parse(_ bytes: [UInt8]) -> [(kind: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] {
    var frames: [(kind: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] = []
    var rest = bytes[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let size = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      frames.append((head[3], head[4], stream, Array(rest.dropFirst(9).prefix(size))))
      rest = rest.dropFirst(9 + size)
    }
    return frames
  }
}
