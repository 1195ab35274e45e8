// The fields that an extractor finds, as a carrier that propagators read.

internal import Propagation

/// A field's name, as propagators compare it and as extractors want it.
struct Field: Sendable {
  let name: StaticString
  let text: String

  init(_ name: StaticString) {
    self.name = name
    text = "\(name)"
  }
}

/// Each field of the propagator's is asked for once, when the carrier is made.
struct ExtractedFields: CarrierReader {
  private let found: [(field: Field, value: String)]

  init(_ fields: [Field], _ extract: (String) -> String?) {
    found = fields.compactMap { field in extract(field.text).map { (field, ExtractedFields.trimmed($0)) } }
  }

  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    for (field, value) in found where field.text == "\(name)" { body(value.utf8.span.bytes) }
  }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    for (field, value) in found { body(field.text.utf8.span.bytes, value.utf8.span.bytes) }
  }

  /// Extractors hand out text alone.
  var binary: UnsafeRawBufferPointer { .init(start: nil, count: 0) }

  private static func trimmed(_ value: String) -> String {
    func isSpace(_ character: Unicode.Scalar) -> Bool { character == " " || character == "\t" }
    let scalars = value.unicodeScalars
    guard let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(scalars[first...last])
  }
}
