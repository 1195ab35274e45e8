// What libFuzzer calls for HTTP/1.1: messages must read the same in one piece and in two. Only what is refused may be so
// later: a head that has begun is not looked at again before it may have ended.

import Bytes
import TransportHTTP1

/// The first byte cuts the rest in two.
func fuzzHTTP1(_ side: HTTP1Side, _ input: UnsafeRawBufferPointer) {
  guard let cut = input.first else { return }
  let bytes = input.dropFirst()
  let middle = bytes.startIndex + bytes.count * Int(cut) / 256
  let whole = FuzzedReading(side, [bytes])
  let parts = FuzzedReading(side, [bytes[..<middle], bytes[middle...]])
  let isLater = whole.isRefused && parts.found[...] == whole.found.dropLast()
  expect(whole.found == parts.found || isLater, "\(parts.found) in two pieces, \(whole.found) in one")
}

/// What a reader finds in pieces that come one after the other.
private struct FuzzedReading {
  enum Found: Equatable {
    case message(size: Int, status: UInt16, fields: [[UInt8]], binary: [UInt8], body: [UInt8])
    case refused(HTTP1Refusal)
  }

  private(set) var found: [Found] = []
  var isRefused: Bool { if case .refused = found.last { true } else { false } }

  init(_ side: HTTP1Side, _ pieces: [Slice<UnsafeRawBufferPointer>]) {
    let reader = HTTP1Reader(side)
    let input = ByteBuffer(capacity: 64)
    defer {
      reader.deallocate()
      input.deallocate()
    }
    for piece in pieces {
      input.append(UnsafeRawBufferPointer(rebasing: piece))
      while !input.isEmpty, let used = take(from: input, reader) { input.consume(used) }
      if isRefused { return }
    }
  }

  /// Bytes of a message; nil where there is none, or no more.
  private mutating func take(from input: ByteBuffer, _ reader: HTTP1Reader) -> Int? {
    // An exact heap block: a sanitizer sees the first byte outside.
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: input.count, alignment: 1)
    defer { block.deallocate() }
    block.copyMemory(from: input.readable)
    // What the reader has changed in place stays changed.
    defer { input.pointer(at: 0).copyMemory(from: block.baseAddress!, byteCount: block.count) }
    switch reader.read(UnsafeRawBufferPointer(block)) {
    case .needsMore: return nil
    case .refused(let refusal):
      found.append(.refused(refusal))
      return nil
    case .message(let size):
      let message = HTTP1Message(reader.received(size: size))
      var fields: [[UInt8]] = []
      message.forEachField { fields += [Array($0), Array($1)] }
      found.append(
        .message(
          size: size, status: message.status, fields: fields, binary: Array(message.binary), body: Array(message.body)))
      return size
    }
  }
}
