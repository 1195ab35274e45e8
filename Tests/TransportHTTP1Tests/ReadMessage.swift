// What a reader makes of bytes, as a value that tests compare.

import Bytes
import TransportHTTP1
import TransportMessages

/// What was found in bytes.
enum Outcome: Equatable {
  case needsMore
  case message(ReadMessage)
  case refused(UInt16, TransportFault)
}

struct ReadMessage: Equatable, CustomStringConvertible {
  /// Bytes that it took.
  var size = 0
  var status: UInt16 = 0
  var replyStatus: UInt16 = 0
  var isHead = false
  var isLast = false
  /// `name=value`, in order.
  var fields: [String] = []
  var body: [UInt8] = []
  var binary: [UInt8] = []
  var hops: UInt16 = 0
  var deadline: UInt32 = 0
  var flags: UInt8 = 0
  var viewsSize = 0
  var payloadSize = 0
  var carrierSize = 0

  init(_ reader: HTTP1Reader, size: Int) {
    let head = reader.head.pointee
    let message = HTTP1Message(reader.received(size: size))
    self.size = size
    status = head.status
    replyStatus = head.replyStatus
    (isHead, isLast) = (head.isHead, head.isLast)
    message.forEachField {
      fields.append("\(String(decoding: $0, as: UTF8.self))=\(String(decoding: $1, as: UTF8.self))")
    }
    body = Array(message.body)
    binary = Array(message.binary)
    (hops, deadline, flags) = (head.words.hopsLeft, head.words.deadline, head.words.flags.rawValue)
    viewsSize = message.views.count
    payloadSize = message.payloadSize
    carrierSize = message.carrierSize
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  var description: String {
    "size \(size) status \(status) fields \(fields) body '\(text)' binary \(binary) hops \(hops) deadline \(deadline) "
      + "flags \(flags) last \(isLast)"
  }
}

/// One end of a connection: received bytes pile up behind what was not used.
final class ReceivingEnd {
  let reader: HTTP1Reader
  private let input = ByteBuffer(capacity: 64)
  private(set) var outcomes: [Outcome] = []

  init(_ side: HTTP1Side) { reader = HTTP1Reader(side) }

  deinit {
    reader.deallocate()
    input.deallocate()
  }

  var isRefused: Bool { if case .refused = outcomes.last { true } else { false } }

  /// - Parameter moves: what is not used up lies elsewhere from then on.
  func receive(_ bytes: some Collection<UInt8>) {
    guard !isRefused else { return }
    Array(bytes).withUnsafeBytes { input.append($0) }
    while !input.isEmpty {
      // An exact heap block: a sanitizer sees the first byte outside.
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: input.count, alignment: 1)
      defer { block.deallocate() }
      block.copyMemory(from: input.readable)
      let reading = reader.read(UnsafeRawBufferPointer(block))
      var used = 0
      switch reading {
      case .needsMore: break
      case .message(let size):
        outcomes.append(.message(ReadMessage(reader, size: size)))
        used = size
      case .refused(let refusal): outcomes.append(.refused(refusal.status, refusal.fault))
      }
      // What the reader has changed in place stays changed.
      let start = input.pointer(at: 0)
      start.copyMemory(from: block.baseAddress!, byteCount: block.count)
      input.consume(used)
      if used == 0 { break }
    }
  }

  func end() {
    guard !isRefused, case .message(let size) = reader.end(input.readable) else { return }
    outcomes.append(.message(ReadMessage(reader, size: size)))
  }

  /// Every message in bytes that come in those pieces, and what is left of the last: `needsMore` where one has begun.
  static func read(_ pieces: [[UInt8]], _ side: HTTP1Side, closing: Bool = false) -> [Outcome] {
    let end = ReceivingEnd(side)
    for piece in pieces { end.receive(piece) }
    if closing { end.end() }
    return end.outcomes + (end.reader.isInside && !end.isRefused ? [.needsMore] : [])
  }

  static func read(_ text: String, _ side: HTTP1Side = .requests, closing: Bool = false) -> [Outcome] {
    read([Array(text.utf8)], side, closing: closing)
  }
}
