// The fields that HTTP and this program have a use for. All others are for propagators.

internal import TransportMessages

extension HTTP1Head {
  /// Takes in a field. False: it belongs into the table.
  ///
  /// - Parameter name: in lower case.
  @inline(__always)
  mutating func take(
    name: UnsafeMutableRawPointer, size: Int, value: UnsafeMutableRawPointer, size valueSize: Int, _ side: HTTP1Side
  ) throws(HTTP1Refusal) -> Bool {
    let text = UnsafeRawBufferPointer(start: value, count: valueSize)
    switch size {
    case 4 where HTTP1Text.equal(name, 4, "host"):
      hostCount &+= 1
      guard case .requests = side else { return true }
      guard HTTP1Host.isValid(text) else { throw .host }
    case 6 where HTTP1Text.equal(name, 6, "expect"):
      let isKnown = HTTP1Text.equalIgnoringCase(text, "100-continue")
      if isKnown { expectsContinue = true } else { hasOtherExpectation = true }
    case 8 where HTTP1Text.equal(name, 8, "ctxchain"): try words.take(text)
    case 10 where HTTP1Text.equal(name, 10, "connection"): takeConnection(text)
    case 14 where HTTP1Text.equal(name, 14, "content-length"):
      // Equal repeats may be refused (RFC 9110, 8.6); ours are.
      guard contentLength < 0, let length = HTTP1Text.number(text) else { throw .length }
      contentLength = length
    case 14 where HTTP1Text.equal(name, 14, "ctxchain-views"):
      guard let size = HTTP1Text.number(text), size <= HTTP1Limits.bodySizeMax else { throw .field }
      viewsSize = size
    case 15 where HTTP1Text.equal(name, 15, "ctxchain-status"):
      guard let code = HTTP1Text.number(text), code <= 16 else { throw .field }
      statusCode = code
    case 17 where HTTP1Text.equal(name, 17, "transfer-encoding"): takeTransferEncoding(text)
    case 19 where HTTP1Text.equal(name, 19, "ctxchain-propagator"):
      guard propagatorSize == 0 else { throw .field }
      propagatorOffset = value - base
      propagatorSize = valueSize
    case 20 where HTTP1Text.equal(name, 20, "ctxchain-context-bin"): try takeBinary(value, size: valueSize)
    case 21 where HTTP1Text.equal(name, 21, "ctxchain-context-body"):
      guard case .requests = side else { return true }
      try takeBodyContextSizes(text)
    default: return false
    }
    return true
  }

  private mutating func takeConnection(_ options: UnsafeRawBufferPointer) {
    HTTP1Text.forEachElement(options) { option in
      if HTTP1Text.equalIgnoringCase(option, "close") {
        saysClose = true
      } else if HTTP1Text.equalIgnoringCase(option, "keep-alive") {
        saysKeepAlive = true
      }
    }
  }

  /// Several lines are one list (RFC 9110, 5.3).
  private mutating func takeTransferEncoding(_ codings: UnsafeRawBufferPointer) {
    saysTransferEncoding = true
    HTTP1Text.forEachElement(codings) { coding in
      codingCount &+= 1
      endsChunked = HTTP1Text.equalIgnoringCase(coding, "chunked")
      if endsChunked { chunkedCount &+= 1 }
    }
  }

  /// Decoded where it lies; the message is whole soon, and is read once.
  private mutating func takeBinary(_ value: UnsafeMutableRawPointer, size valueSize: Int) throws(HTTP1Refusal) {
    guard !hasBinary else { throw .field }
    hasBinary = true
    binaryOffset = value - base
    binarySize = valueSize
    carrierSize &+= 22 &+ valueSize &+ 2
  }

  /// What the fields say together.
  mutating func check(_ side: HTTP1Side) throws(HTTP1Refusal) {
    if case .requests = side {
      // RFC 9112, 3.2: exactly one, but in 1.0, which did not know it.
      guard hostCount == 1 || (hostCount == 0 && minorVersion == 0) else { throw .host }
    }
    if saysTransferEncoding { try checkTransferEncoding() }
    if case .requests = side {
      if minorVersion == 0 {
        expectsContinue = false
      } else if hasOtherExpectation {
        throw .expectation
      }
      guard contentLength <= HTTP1Limits.bodySizeMax else { throw .body }
    }
    if hasBinary {
      guard !hasBodyContext else { throw .field }
      guard let size = HTTP1Base64.decode(base + binaryOffset, size: binarySize) else { throw .field }
      binarySize = size
    }
  }

  /// RFC 9112, 6.1 and 6.3.
  private func checkTransferEncoding() throws(HTTP1Refusal) {
    guard minorVersion > 0, contentLength < 0, endsChunked, chunkedCount == 1 else { throw .length }
    guard codingCount == 1 else { throw .coding }
  }

  var isChunked: Bool { saysTransferEncoding }
}
