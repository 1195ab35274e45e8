// What the tests ask of a carrier: written to, sent, and read by the next service.

import Context
import Propagation

/// A carrier of one transport. `sent` is the message as the receiver sees it, made from the bytes of the transport.
protocol TestCarrier: CarrierWriter, CarrierReader {
  init()
  mutating func send()
  /// The fields as received, for tests that look at them.
  var receivedFields: [(name: String, value: [UInt8])] { get }
  /// As a peer of any kind would have sent it.
  init(fields: [(name: String, value: [UInt8])], binary: [UInt8])
}

/// Heap bytes of exactly the size, so that a sanitizer sees every byte read beyond them.
final class ReceivedBytes {
  let buffer: UnsafeMutableRawBufferPointer

  init(_ bytes: [UInt8]) {
    buffer = .allocate(byteCount: bytes.count, alignment: 1)
    buffer.copyBytes(from: bytes)
  }

  deinit { buffer.deallocate() }

  var raw: UnsafeRawBufferPointer {
    buffer.isEmpty ? UnsafeRawBufferPointer(start: nil, count: 0) : UnsafeRawBufferPointer(buffer)
  }
}

/// Parts of a carrier that do not depend on the transport: an ordered list of fields and a binary section.
struct CarrierParts {
  var fields: [(name: [UInt8], value: ReceivedBytes)] = []
  /// Sections under construction; each keeps its place until the message is sent.
  var sections: [UnsafeMutableRawBufferPointer] = []

  mutating func append(_ name: [UInt8], _ value: RawSpan) {
    fields.append((name, ReceivedBytes(value.withUnsafeBytes { Array($0) })))
  }

  mutating func append(_ name: StaticString, _ value: RawSpan) { append(bytes(name), value) }

  mutating func append(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: max(sizeMax, 1), alignment: 1)
    defer { room.deallocate() }
    guard let base = room.baseAddress else { return }
    let size = fill(base)
    precondition(size <= sizeMax)
    if size > 0 { fields.append((bytes(name), ReceivedBytes(Array(room[..<size])))) }
  }

  mutating func appendBinary(_ size: Int) -> UnsafeMutableRawPointer {
    let section = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 1)
    sections.append(UnsafeMutableRawBufferPointer(rebasing: section[..<size]))
    return section.baseAddress!
  }

  /// The binary sections written so far, one behind the other.
  mutating func takeBinary() -> [UInt8] {
    var binary: [UInt8] = []
    for section in sections {
      binary += Array(section)
      section.deallocate()
    }
    sections = []
    return binary
  }

  func forEach(_ name: StaticString, _ body: (RawSpan) -> Void) {
    let name = bytes(name)
    for field in fields where field.name == name { body(field.value.raw.bytes) }
  }

  func forEach(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    for field in fields { body(field.name.span.bytes, field.value.raw.bytes) }
  }

  private func bytes(_ name: StaticString) -> [UInt8] {
    Array(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  var list: [(name: String, value: [UInt8])] {
    fields.map { (String(decoding: $0.name, as: UTF8.self), Array($0.value.raw)) }
  }
}

/// Whether there is nothing but printable ASCII. A plain loop: a debug build calls no closure per byte.
func isPrintable(_ bytes: [UInt8]) -> Bool {
  for byte in bytes.span.indices where bytes[byte] < 0x20 || bytes[byte] > 0x7e { return false }
  return true
}

/// Without spaces and tabs at both ends.
func trimmed(_ bytes: some BidirectionalCollection<UInt8>) -> [UInt8] {
  func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 }
  var rest = Array(bytes)
  while isBlank(rest.last) { rest.removeLast() }
  return isBlank(rest.first) ? Array(rest.drop(while: isBlank)) : rest
}
