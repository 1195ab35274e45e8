// A context at the front of a body: field lines as a head has them, without the empty line, then the binary section as it is.
// The header `ctxchain-context-body` says how many bytes each has, as a list of RFC 9651, 3.1:
//
//     ctxchain-context-body: 0000120, 0000064
//
// Behind them is the payload. Who reads such a request takes no context from its head.

enum HTTP1BodyContext {
  /// How a head ends whose numbers are not known yet: 7, 7 and 8 digits.
  static let headTail: StaticString =
    "ctxchain-context-body: 0000000, 0000000\r\ncontent-length: 00000000\r\n\r\n"
  static var headTailSize: Int { headTail.utf8CodeUnitCount }

  /// Writes the numbers. False when the body would be too long.
  ///
  /// - Parameters:
  ///   - request: its first byte; the first four are no text.
  ///   - size: bytes of the head and the context.
  static func finishHead(_ request: UnsafeMutableRawPointer, size: Int, binarySize: Int, payloadSize: Int) -> Bool {
    let body = endOfHead(request + 4, request + size)
    let contextSize = request + size - body
    guard contextSize &+ payloadSize <= HTTP1Limits.bodySizeMax else { return false }
    write(contextSize &+ payloadSize, digits: 8, to: body - 12)
    write(binarySize, digits: 7, to: body - 37)
    write(contextSize &- binarySize, digits: 7, to: body - 46)
    return true
  }

  private static func endOfHead(
    _ start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var next = start
    while true {
      next = HTTP1Text.firstControl(from: next, to: end)
      precondition(end - next >= 4)
      if UInt32(littleEndian: next.loadUnaligned(as: UInt32.self)) == 0x0a0d_0a0d { return next + 4 }
      next += 1
    }
  }

  private static func write(_ number: Int, digits: Int, to start: UnsafeMutableRawPointer) {
    var rest = number
    for offset in stride(from: digits - 1, through: 0, by: -1) {
      start.storeBytes(of: UInt8(truncatingIfNeeded: rest % 10) &+ 0x30, toByteOffset: offset, as: UInt8.self)
      rest /= 10
    }
  }
}

extension HTTP1Head {
  mutating func takeBodyContextSizes(_ list: UnsafeRawBufferPointer) throws(HTTP1Refusal) {
    guard !hasBodyContext, let comma = list.firstIndex(of: UInt8(ascii: ",")) else { throw .field }
    let second = HTTP1Text.trimmed(UnsafeRawBufferPointer(rebasing: list[(comma + 1)...]))
    guard let fields = HTTP1Text.number(UnsafeRawBufferPointer(rebasing: list[..<comma])),
      let binary = HTTP1Text.number(second), max(fields, binary) <= HTTP1Limits.bodyContextSizeMax
    else { throw .field }
    hasBodyContext = true
    bodyFieldsSize = fields
    bodyBinarySize = binary
  }

  /// The body is there: its front becomes the context, in place of what the head had, and the rest the payload.
  @inline(never)
  mutating func takeBodyContext() throws(HTTP1Refusal) {
    guard contextSize <= bodySize else { throw .field }
    fieldCount = 0
    lineCount = 0
    carrierSize = contextSize
    let start = base + size
    try parseContextLines(from: start, to: start + bodyFieldsSize)
    binaryOffset = size &+ bodyFieldsSize
    binarySize = bodyBinarySize
    bodySize &-= contextSize
  }
}
