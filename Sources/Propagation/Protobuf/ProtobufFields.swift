// The fields of a message as a carrier: what propagators of text write into and read from when `protobuf` carries them.

internal import Context
internal import SwiftProtobuf

struct ProtobufFieldWriter: CarrierWriter {
  private(set) var fields: [ProtobufField] = []

  mutating func appendField(_ name: StaticString, _ value: RawSpan) { append("\(name)", value) }

  mutating func appendField(name: RawSpan, _ value: RawSpan) {
    append(name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }, value)
  }

  mutating func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    withUnsafeTemporaryAllocation(byteCount: sizeMax, alignment: 8) { room in
      guard let start = room.baseAddress else { return }
      let size = fill(start)
      if size > 0 { append("\(name)", UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<size]).bytes) }
    }
  }

  mutating func appendBinary(_ size: Int) -> UnsafeMutableRawPointer {
    preconditionFailure("the registry joins protobuf with propagators of fields only")
  }

  private mutating func append(_ name: String, _ value: RawSpan) {
    fields.append(
      .with { field in
        field.name = name
        field.value = value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
      })
  }
}

struct ProtobufFieldReader: CarrierReader {
  private var fields: [ProtobufField]

  /// Names in any case.
  init(_ fields: [ProtobufField]) {
    self.fields = fields
    for index in fields.indices where fields[index].name.utf8.contains(where: { $0 >= 0x41 && $0 <= 0x5a }) {
      // By ASCII alone, as names of header fields compare: to Unicode, K is also the Kelvin sign.
      let lower = fields[index].name.utf8.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
      self.fields[index].name = String(decoding: lower, as: UTF8.self)
    }
  }

  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    forEachField { fieldName, value in
      if fieldName.withUnsafeBytes({ ContextText.equal($0, name) }) { body(value) }
    }
  }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    for field in fields {
      field.value.utf8.span.bytes.withUnsafeBytes { value in
        body(field.name.utf8.span.bytes, BaggageCharacters.trimmed(value).bytes)
      }
    }
  }

  var binary: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
