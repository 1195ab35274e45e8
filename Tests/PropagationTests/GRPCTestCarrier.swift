// A sketch of a gRPC carrier: metadata as a list of keys and values, and the binary section under one `-bin` key.

import Context
import Propagation

struct GRPCTestCarrier: TestCarrier {
  private static let binaryKey = Array("ctxchain-context-bin".utf8)

  private var parts = CarrierParts()
  /// What HPACK would carry: names are lower case, and values of `-bin` keys are base64 without padding.
  private var metadata: [(key: [UInt8], value: [UInt8])] = []
  private var decoded = ReceivedBytes([])

  init() {}

  init(fields: [(name: String, value: [UInt8])], binary: [UInt8]) {
    for field in fields { parts.fields.append((Array(field.name.utf8), ReceivedBytes(field.value))) }
    parts.appendBinary(binary.count).copyMemory(from: binary, byteCount: binary.count)
    send()
  }

  mutating func send() {
    metadata = parts.fields.map { ($0.name, Array($0.value.raw)) }
    let binary = parts.takeBinary()
    if !binary.isEmpty { metadata.append((GRPCTestCarrier.binaryKey, Base64.encode(binary, padded: false))) }
    parts.fields = []
    decoded = ReceivedBytes([])
    for (key, value) in metadata {
      if key == GRPCTestCarrier.binaryKey {
        decoded = ReceivedBytes(Base64.decode(value))
      } else {
        parts.fields.append((key, ReceivedBytes(trimmed(value))))
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

  mutating func appendBinary(_ size: Int) -> UnsafeMutableRawPointer { parts.appendBinary(size) }

  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) { parts.forEach(name, body) }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) { parts.forEach(body) }

  var binary: UnsafeRawBufferPointer { decoded.raw }
}
