// A sketch of an HTTP/1.1 carrier: header lines, and the binary section in base64 under one name.

import Context
import Propagation

struct HTTP1TestCarrier: TestCarrier {
  private static let binaryName = Array("ctxchain-context-bin".utf8)

  private var parts = CarrierParts()
  private var decoded = ReceivedBytes([])

  init() {}

  init(fields: [(name: String, value: [UInt8])], binary: [UInt8]) {
    for field in fields { parts.fields.append((Array(field.name.utf8), ReceivedBytes(field.value))) }
    parts.appendBinary(binary.count).copyMemory(from: binary, byteCount: binary.count)
    send()
  }

  /// Writes the head of a request as bytes and parses it back.
  mutating func send() {
    var head = Array("POST / HTTP/1.1\r\n".utf8)
    for (index, field) in parts.list.enumerated() {
      // Names compare without case, and white space around a value is optional.
      let name = index.isMultiple(of: 2) ? field.name : field.name.uppercased()
      head += Array(name.utf8) + Array(index.isMultiple(of: 2) ? ": ".utf8 : ":\t ".utf8) + field.value
      head += Array(" \t\r\n".utf8)
    }
    let binary = parts.takeBinary()
    if !binary.isEmpty {
      head += Array("ctxchain-context-bin: ".utf8) + Base64.encode(binary, padded: true) + Array("\r\n".utf8)
    }
    parse(head + Array("\r\n".utf8))
  }

  private mutating func parse(_ head: [UInt8]) {
    parts.fields = []
    decoded = ReceivedBytes([])
    for line in head.split(separator: 0x0a).dropFirst() {
      let line = line.last == 0x0d ? line.dropLast() : line
      guard let colon = line.firstIndex(of: 0x3a) else { continue }
      let name = line[..<colon].map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
      let value = trimmed(line[(colon + 1)...])
      if name == HTTP1TestCarrier.binaryName {
        decoded = ReceivedBytes(Base64.decode(value))
      } else {
        parts.fields.append((name, ReceivedBytes(value)))
      }
    }
  }

  var receivedFields: [(name: String, value: [UInt8])] { parts.list }

  mutating func appendField(_ name: StaticString, _ value: RawSpan) { parts.append(name, value) }

  mutating func appendField(name: RawSpan, _ value: RawSpan) {
    parts.append(name.withUnsafeBytes { Array($0) }, value)
  }

  mutating func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    parts.append(name, sizeMax: sizeMax, fill)
  }

  /// The bytes are encoded when the head is written: the caller has filled them by then.
  mutating func appendBinary(_ size: Int) -> UnsafeMutableRawPointer { parts.appendBinary(size) }

  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) { parts.forEach(name, body) }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) { parts.forEach(body) }

  /// Decoded once per request into memory that the carrier owns, which stays in place as long as the carrier.
  var binary: UnsafeRawBufferPointer { decoded.raw }
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
