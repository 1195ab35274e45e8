// What propagators write, collected for an injector.

internal import Propagation

struct InjectedFields: CarrierWriter {
  private(set) var list: [(name: String, value: String)] = []

  mutating func appendField(_ name: StaticString, _ value: RawSpan) {
    list.append(("\(name)", InjectedFields.text(value)))
  }

  mutating func appendField(name: RawSpan, _ value: RawSpan) {
    list.append((InjectedFields.text(name), InjectedFields.text(value)))
  }

  mutating func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    let value = String(unsafeUninitializedCapacity: sizeMax) { fill(UnsafeMutableRawPointer($0.baseAddress!)) }
    if !value.isEmpty { list.append(("\(name)", value)) }
  }

  mutating func appendBinary(_ size: Int) -> UnsafeMutableRawPointer {
    preconditionFailure("only propagators that write fields are made an instrument")
  }

  private static func text(_ bytes: RawSpan) -> String {
    bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
