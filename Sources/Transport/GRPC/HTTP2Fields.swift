// Fields that are always the same, as nghttp2 takes them: made once, read where they lie.

internal import CNghttp2
internal import TransportMessages

// Filled by its initializer, and only read from then on.
struct HTTP2FieldList: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<nghttp2_nv>
  let count: Int

  /// Never freed, unless its owner says so.
  init(_ fields: [(name: String, value: String)]) {
    count = fields.count
    pointer = .allocate(capacity: max(1, fields.count))
    for (index, field) in fields.enumerated() {
      pointer[index] = nghttp2_nv.reading(HTTP2FieldList.copy(field.name), HTTP2FieldList.copy(field.value))
    }
  }

  func deallocate() {
    for index in 0..<count {
      pointer[index].name.deallocate()
      pointer[index].value.deallocate()
    }
    pointer.deallocate()
  }

  private static func copy(_ text: String) -> UnsafeRawBufferPointer {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, text.utf8.count))
    _ = bytes.initialize(from: text.utf8)
    return UnsafeRawBufferPointer(start: bytes.baseAddress, count: text.utf8.count)
  }
}

extension nghttp2_nv {
  /// A field that the library reads where it lies.
  @inline(__always)
  static func reading(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> nghttp2_nv {
    nghttp2_nv(
      name: bytes(name), value: bytes(value), namelen: name.count, valuelen: value.count,
      flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue))
  }

  /// It writes to none of them.
  @inline(__always)
  private static func bytes(_ text: UnsafeRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
    UnsafeMutablePointer(mutating: text.bindMemory(to: UInt8.self).baseAddress)
  }
}

enum HTTP2Fields {
  static let answer = HTTP2FieldList([(":status", "200"), ("content-type", "application/grpc")])
  static let trailers = HTTP2FieldList([("grpc-status", "0")])
  static let wrongType = HTTP2FieldList([(":status", "415")])
  static let wrongMethod = HTTP2FieldList([(":status", "405"), ("allow", "POST")])

  /// An answer that is trailers alone, by status.
  private static let failures = StatusCode.allCases.map { status in
    var fields = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "\(status.rawValue)")]
    // What a caller may send, had it compressed its message (gRPC's document on compression).
    if status == .unimplemented { fields.append(("grpc-accept-encoding", "identity")) }
    return HTTP2FieldList(fields.map { (name: $0.0, value: $0.1) })
  }

  static func failure(_ status: StatusCode) -> HTTP2FieldList { failures[Int(status.rawValue)] }
}
