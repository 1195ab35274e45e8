// A second transport, for tests alone: plain lines of text. Replies leave in the order of requests, messages have no ids,
// nobody says hello, there are text fields and no binary section, and who cancels closes: what HTTP/1.1 is like.
//
//     request DEADLINE HOPS-LEFT FLAGS PAYLOAD-SIZE        reply STATUS PAYLOAD-SIZE
//     traceparent: 00-…                                    view a>b: 00ff…
//                                                                                          (an empty line)
//     ctxchain                                             ctxchain                        (the payload, and a line end)

import Bytes
import EventLoop
import Propagation
import TransportCore

struct LineTransport: ForeignTransport {
  let name = "lines"
  let multiplexes = false
  /// Requests under way at once on a connection.
  var pipeline = 1

  var connectionCount: Int { pipeline == 1 ? 4 : 1 }

  func isBegun(by bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: "req".utf8) }
  func makeEncoder() -> any ForeignEncoder { LineEncoder() }
  func makeCaller(_ connection: Connection) -> any ForeignCaller { LineCaller(connection) }
  func makeCallee(_ connection: Connection) -> any ForeignCallee { LineCallee(pipeline) }
}

/// Fields in order. One thread uses it.
final class LineCarrier: CarrierReader, CarrierWriter, @unchecked Sendable {
  var fields: [(name: String, value: [UInt8])] = []
  /// There is no place for a binary section: a message that needs one cannot be written.
  private(set) var binarySize = 0
  private var scratch: [UnsafeMutableRawPointer] = []

  deinit { reset() }

  func reset() {
    fields = []
    binarySize = 0
    scratch.forEach { $0.deallocate() }
    scratch = []
  }

  func appendField(_ name: StaticString, _ value: RawSpan) {
    fields.append(("\(name)", value.withUnsafeBytes { Array($0) }))
  }

  func appendField(name: RawSpan, _ value: RawSpan) {
    fields.append((name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }, value.withUnsafeBytes { Array($0) }))
  }

  func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    let value = [UInt8](unsafeUninitializedCapacity: max(sizeMax, 1)) { buffer, count in
      count = fill(UnsafeMutableRawPointer(buffer.baseAddress!))
    }
    if !value.isEmpty { fields.append(("\(name)", value)) }
  }

  func appendBinary(_ size: Int) -> UnsafeMutableRawPointer {
    binarySize += size
    scratch.append(.allocate(byteCount: max(size, 1), alignment: 16))
    return scratch.last!
  }

  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    for field in fields where field.name == "\(name)" { body(field.value.span.bytes) }
  }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    for field in fields { body(field.name.utf8.span.bytes, field.value.span.bytes) }
  }

  var binary: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

/// A message as text.
struct LineMessage {
  var words: [String]
  var fields: [(name: String, value: [UInt8])] = []
  var payloadSize: Int

  var text: [UInt8] {
    var text = Array((words + [String(payloadSize)]).joined(separator: " ").utf8) + [10]
    for field in fields { text += Array("\(field.name): ".utf8) + field.value + [10] }
    return text + [10] + (0..<payloadSize).map { Array("ctxchain".utf8)[$0 % 8] } + [10]
  }

  init(_ words: [String], fields: [(name: String, value: [UInt8])], payloadSize: Int) {
    (self.words, self.fields, self.payloadSize) = (words, fields, payloadSize)
  }

  /// The whole message that starts here, and its size; nil: bytes are missing. Throws for what is none.
  static func first(in bytes: UnsafeRawBufferPointer) throws(TransportFault) -> (message: LineMessage, size: Int)? {
    var lines: [[UInt8]] = [[]]
    for (offset, byte) in bytes.enumerated() {
      guard byte == 10 else {
        lines[lines.count - 1].append(byte)
        continue
      }
      guard lines.last == [] else {
        lines.append([])
        continue
      }
      var words = String(decoding: lines[0], as: UTF8.self).split(separator: " ").map(String.init)
      guard let size = words.popLast().flatMap({ Int($0) }), size >= 0 else { throw .malformedField }
      let end = offset + 1 + size + 1
      if end > bytes.count { return nil }
      var message = LineMessage(words, fields: [], payloadSize: size)
      for line in lines.dropFirst().dropLast() {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .malformedField }
        message.fields.append((String(decoding: line[..<colon], as: UTF8.self), Array(line[(colon + 2)...])))
      }
      return (message, end)
    }
    return nil
  }
}

final class LineEncoder: ForeignEncoder {
  private let carrier = LineCarrier()
  private lazy var message = ForeignMessage(carrier: carrier)

  func begin(_ head: RequestHead, to buffer: ByteBuffer) -> MessageWriter {
    carrier.reset()
    message.head = head
    return MessageWriter(message, buffer: buffer)
  }

  func finish(_ writer: MessageWriter, payloadSize: Int) -> Bool {
    guard carrier.binarySize == 0 else { return false }
    let head = message.head
    LineMessage(
      ["request", "\(head.deadline)", "\(head.hopsLeft)", "\(head.flags.rawValue)"], fields: carrier.fields,
      payloadSize: payloadSize
    ).text.withUnsafeBytes { writer.buffer.append($0) }
    return true
  }

  func decode(_ image: UnsafeRawBufferPointer) -> ForeignMessage {
    ForeignMessage(request: try! LineMessage.first(in: image)!.message)!
  }
}

extension ForeignMessage {
  /// Nil for what is no request.
  convenience init?(request: LineMessage) {
    let numbers = request.words.dropFirst().compactMap { UInt32($0) }
    guard request.words.first == "request", numbers.count == 3 else { return nil }
    self.init(fields: request.fields, payloadSize: request.payloadSize)
    head = RequestHead(
      tag: 0, deadline: numbers[0], hopsLeft: UInt16(clamping: numbers[1]),
      flags: RequestFlags(rawValue: UInt8(clamping: numbers[2])))
  }

  convenience init(fields: [(name: String, value: [UInt8])], payloadSize: Int) {
    let carrier = LineCarrier()
    carrier.fields = fields
    self.init(carrier: carrier)
    self.payloadSize = payloadSize
    carrierSize = fields.reduce(0) { $0 + $1.name.utf8.count + 2 + $1.value.count + 1 }
  }
}

final class LineCaller: ForeignCaller {
  private unowned let connection: Connection
  private var nextTag: UInt64 = 1
  /// Oldest first; a reply that is ready waits for those before it.
  private var pending: [(tag: UInt64, reply: [UInt8]?)] = []

  init(_ connection: Connection) { self.connection = connection }

  func receive(_ bytes: UnsafeRawBufferPointer, for receiver: any RequestReceiver) -> Int {
    var used = 0
    // What was received stays in place until the receiver returns to the loop.
    var received: [ForeignMessage] = []
    defer { withExtendedLifetime(received) {} }
    do throws(TransportFault) {
      while let (text, size) = try LineMessage.first(in: UnsafeRawBufferPointer(rebasing: bytes[used...])) {
        used += size
        guard let message = ForeignMessage(request: text) else { throw .unknownType }
        received.append(message)
        message.head.tag = nextTag
        pending.append((nextTag, nil))
        nextTag += 1
        if !receiver.didReceive(ReceivedRequest(ReceivedMessage(message), message.head)) { break }
      }
    } catch {
      receiver.didReceive(error)
    }
    return used
  }

  func reply(to tag: UInt64, status: StatusCode, views: UnsafeRawBufferPointer?, payloadSize: Int) {
    guard let index = pending.firstIndex(where: { $0.tag == tag }) else { return }
    var fields: [(name: String, value: [UInt8])] = []
    if let views {
      ViewRecords.forEach(views) { path, image in
        fields.append(("view \(String(decoding: path, as: UTF8.self))", hex(image)))
      }
    }
    pending[index].reply = LineMessage(["reply", "\(status.rawValue)"], fields: fields, payloadSize: payloadSize).text
    while let reply = pending.first?.reply {
      pending.removeFirst()
      reply.withUnsafeBytes { connection.output.append($0) }
      connection.send()
    }
  }

  func abandon(_ tag: UInt64) { pending.removeAll { $0.tag == tag } }

  func sendGoaway() {}

  private func hex(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    bytes.flatMap { byte in [byte >> 4, byte & 15].map { Array("0123456789abcdef".utf8)[Int($0)] } }
  }
}

final class LineCallee: ForeignCallee {
  private let pipeline: Int
  /// The tags of requests without a reply, oldest first.
  private var pending: [UInt64] = []

  init(_ pipeline: Int) { self.pipeline = pipeline }

  var canSend: Bool { pending.count < pipeline }

  func didSend(_ tag: UInt64) { pending.append(tag) }

  func receive(_ bytes: UnsafeRawBufferPointer, for receiver: any ReplyReceiver) -> Int {
    var used = 0
    do throws(TransportFault) {
      while receiver.isOpen,
        let (text, size) = try LineMessage.first(in: UnsafeRawBufferPointer(rebasing: bytes[used...]))
      {
        used += size
        guard text.words.first == "reply", text.words.count == 2, let status = UInt16(text.words[1]), !pending.isEmpty
        else { throw .unexpectedType }
        let message = ForeignMessage(fields: [], payloadSize: text.payloadSize)
        message.views = LineCallee.views(text.fields)
        let reply = ReceivedReply(ReceivedMessage(message), tag: pending.removeFirst(), status: status)
        withExtendedLifetime(message) {
          if status == 0 { receiver.didReceive(reply) } else { receiver.didReceive(error: reply) }
        }
      }
    } catch {
      receiver.didReceive(error)
    }
    return used
  }

  func cancel(_ tag: UInt64) -> Bool { !pending.contains(tag) }

  private static func views(_ fields: [(name: String, value: [UInt8])]) -> [UInt8] {
    let records = ByteBuffer(capacity: 1024)
    defer { records.deallocate() }
    for field in fields {
      let digits = field.value.map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
      let image = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
      let place = ViewRecords.append(path: field.name.dropFirst(5).utf8, imageSize: image.count, to: records)
      UnsafeMutableRawBufferPointer(start: place, count: image.count).copyBytes(from: image)
    }
    return Array(records.readable)
  }
}
