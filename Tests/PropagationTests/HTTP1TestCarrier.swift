// The HTTP/1.1 carrier of TransportCarriers.swift: what it writes goes through the writer and the reader of that
// transport.

import Bytes
import Context
import Propagation
import TransportHTTP1
import TransportMessages

class HTTP1TestCarrier: TestCarrier {
  private let buffer = ByteBuffer(capacity: 1024)
  private let reader = HTTP1Reader(.requests)
  private var writer: HTTP1RequestWriter
  private var received: HTTP1Message?

  required init() {
    let target = RequestTarget(host: "a", contextInBody: Self.contextInBody)
    writer = HTTP1RequestWriter(
      to: buffer, target: HTTP1Target(target), RequestHead(tag: 1, deadline: 1_000_000, hopsLeft: 5))
  }

  class var contextInBody: Bool { false }

  /// As another program would write it: names in capitals, white space around values, padding by turns.
  required convenience init(fields: [(name: String, value: [UInt8])], binary: [UInt8]) {
    self.init()
    var lines: [UInt8] = []
    for (index, field) in fields.enumerated() {
      lines += Array((index.isMultiple(of: 2) ? field.name : field.name.uppercased()).utf8)
      lines += Array(index.isMultiple(of: 2) ? ": ".utf8 : ":\t ".utf8) + field.value + Array(" \t\r\n".utf8)
    }
    buffer.removeAll()
    Array("POST /a HTTP/1.1\r\nHost: a\r\n".utf8).withUnsafeBytes { buffer.append($0) }
    message(lines: lines, binary: binary, isPadded: fields.count.isMultiple(of: 2)).withUnsafeBytes {
      buffer.append($0)
    }
    receive()
  }

  /// What follows the request's first two lines.
  func message(lines: [UInt8], binary: [UInt8], isPadded: Bool) -> [UInt8] {
    let end = Array("\r\n".utf8)
    guard !binary.isEmpty else { return lines + end }
    return lines + Array("ctxchain-context-bin: ".utf8) + Base64.encode(binary, padded: isPadded) + end + end
  }

  deinit {
    reader.deallocate()
    buffer.deallocate()
  }

  func send() {
    precondition(writer.finish(payloadSize: 16), "a test's context fits into a head")
    receive()
  }

  private func receive() {
    guard case .message(let size) = reader.read(buffer.readable) else {
      fatalError("no request: \(String(decoding: buffer.readable, as: UTF8.self))")
    }
    received = HTTP1Message(reader.received(size: size))
  }

  var receivedFields: [(name: String, value: [UInt8])] {
    var fields: [(name: String, value: [UInt8])] = []
    forEachField { (name: RawSpan, value: RawSpan) in
      fields.append(
        (name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }, value.withUnsafeBytes { Array($0) }))
    }
    return fields
  }

  func appendField(_ name: StaticString, _ value: RawSpan) { writer.appendField(name, value) }

  func appendField(name: RawSpan, _ value: RawSpan) { writer.appendField(name: name, value) }

  func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    writer.appendField(name, sizeMax: sizeMax, fill)
  }

  func appendBinary(_ size: Int) -> UnsafeMutableRawPointer { writer.appendBinary(size) }

  /// Before it is sent a message holds nothing.
  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) { received?.forEachField(name, body) }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) { received?.forEachField(body) }

  var binary: UnsafeRawBufferPointer { received?.binary ?? UnsafeRawBufferPointer(start: nil, count: 0) }
}

/// The same with the context at the front of the body.
final class HTTP1BodyTestCarrier: HTTP1TestCarrier {
  override class var contextInBody: Bool { true }

  override func message(lines: [UInt8], binary: [UInt8], isPadded: Bool) -> [UInt8] {
    let sizes = "ctxchain-context-body: \(lines.count),\(isPadded ? " " : "")\(binary.count)\r\n"
    return Array("\(sizes)Content-Length: \(lines.count + binary.count + 2)\r\n\r\n".utf8) + lines + binary
      + Array("hi".utf8)
  }
}

/// RFC 4648, section 4.
enum Base64 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  /// The value of each digit, 64 for any other byte.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 64, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  static func encode(_ bytes: [UInt8], padded: Bool) -> [UInt8] {
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word: UInt32 = 0
      for byte in group { word = word << 8 | UInt32(byte) }
      word <<= UInt32(24 - 8 * group.count)
      for index in 0...group.count { result.append(digits[Int(word >> UInt32(18 - 6 * index) & 63)]) }
      if padded { result += Array(repeating: 0x3d, count: 3 - group.count) }
    }
    return result
  }

  /// With padding or without.
  static func decode(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var (word, bitCount) = (UInt32(0), UInt32(0))
    for digit in text {
      let value = values[Int(digit)]
      if value == 64 { break }
      word = word << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        result.append(UInt8(truncatingIfNeeded: word >> bitCount))
      }
    }
    return result
  }
}
