// A carrier as the frame transport has it: fields, and a binary section of their own.

import Context
import Propagation

struct FrameTestCarrier: TestCarrier {
  private var parts = CarrierParts()
  private var received = ReceivedBytes([])

  init() {}

  init(fields: [(name: String, value: [UInt8])], binary: [UInt8]) {
    for field in fields { parts.fields.append((Array(field.name.utf8), ReceivedBytes(trimmed(field.value)))) }
    received = ReceivedBytes(binary)
  }

  mutating func send() { received = ReceivedBytes(parts.takeBinary()) }

  var receivedFields: [(name: String, value: [UInt8])] { parts.list }

  mutating func appendField(_ name: StaticString, _ value: RawSpan) { parts.append(name, value) }

  mutating func appendField(name: RawSpan, _ value: RawSpan) {
    parts.append(name.withUnsafeBytes { Array($0) }, value)
  }

  mutating func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    parts.append(name, sizeMax: sizeMax, fill)
  }

  mutating func appendBinary(_ size: Int) -> UnsafeMutableRawPointer { parts.appendBinary(size) }

  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) { parts.forEach(name, body) }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) { parts.forEach(body) }

  var binary: UnsafeRawBufferPointer { received.raw }
}
