// Made of contexts/standard.yaml by `make generate`: change that file, not this one.

/// The context that contexts/standard.yaml declares: the trace, and a typed field for each key.
///
/// As bytes, integers little-endian:
///
/// ```
/// offset size
///      0    2  wire id
///      2   25  trace id, span id, flags (`binary25`); all zero: no trace
///     27    1  presence: bit f says that field f has a value; the other bits are zero
///     28    8  field 1, user: two's complement
///     36   17  field 0, request-id: size, 0 to 16, then UTF-8, zeros behind it
///     53   17  field 2, tenant: size, 0 to 16, then UTF-8, zeros behind it
/// ```
///
/// A field without a value is zero. A text that is longer than its field is none.
package struct StandardContext: Equatable, Sendable {
  /// Of the schema: other fields, types or sizes have another.
  package static var schemaID: UInt64 { 0x9286_aaac_d431_0146 }
  /// What the bytes begin with.
  package static var wireID: UInt16 { 0x0001 }
  package static var encodedSize: Int { 70 }

  /// Where each field begins, and the bits that say which fields hold a value.
  package enum Offset {
    package static var presence: Int { 27 }
    package static var requestID: Int { 36 }
    package static var user: Int { 28 }
    package static var tenant: Int { 53 }
  }

  /// The texts as bytes, without a `String`.
  package struct Texts: Equatable, Sendable, BitwiseCopyable {
    package var requestID = FixedText<16>()
    package var tenant = FixedText<16>()
  }

  package var texts = Texts()

  /// Not valid: no trace.
  package var span: SpanContext
  /// The newest request, in 15 or 16 hex digits.
  package var requestID: String? {
    get { texts.requestID.string }
    set { texts.requestID.string = newValue }
  }
  /// Who asks.
  package var user: Int64?
  /// On whose behalf; set by the client and by nobody behind it.
  package var tenant: String? {
    get { texts.tenant.string }
    set { texts.tenant.string = newValue }
  }

  package init(span: SpanContext = .none) { self.span = span }
}

extension StandardContext {
  package func withRequestID(_ value: String?) -> Self {
    var copy = self
    copy.requestID = value
    return copy
  }

  package func withUser(_ value: Int64?) -> Self {
    var copy = self
    copy.user = value
    return copy
  }

  package func withTenant(_ value: String?) -> Self {
    var copy = self
    copy.tenant = value
    return copy
  }

  /// Writes `encodedSize` bytes.
  package func encode(to start: UnsafeMutableRawPointer) {
    start.initializeMemory(as: UInt8.self, repeating: 0, count: Self.encodedSize)
    start.storeBytes(of: Self.wireID.littleEndian, as: UInt16.self)
    span.writeBinary(to: start + 2)
    var presence: UInt8 = 0
    if let user {
      start.storeBytes(of: user.littleEndian, toByteOffset: 28, as: Int64.self)
      presence |= 0x02
    }
    presence |= texts.requestID.write(to: start + 36, bit: 0x01)
    presence |= texts.tenant.write(to: start + 53, bit: 0x04)
    start.storeBytes(of: presence.littleEndian, toByteOffset: 27, as: UInt8.self)
  }

  /// A span context that is not valid leaves no trace.
  package init(decoding bytes: UnsafeRawBufferPointer) throws(SchemaFault) {
    self.init()
    decode(try StandardContextView(bytes))
  }

  /// In place of what the context held.
  package mutating func decode(_ view: StandardContextView) {
    span = view.span.isValid ? view.span : .none
    texts.requestID.take(view.requestID)
    user = view.user
    texts.tenant.take(view.tenant)
  }

  package static var fieldCount: Int { 3 }

  /// Of the field of that number.
  package static func name(field: Int) -> StaticString {
    switch field {
    case 0: "request-id"
    case 1: "user"
    default: "tenant"
    }
  }

  /// Nil when no field has that name.
  package static func field(named name: UnsafeRawBufferPointer) -> Int? {
    switch name.count {
    case 4:
      if ContextText.equal(name, "user") { return 1 }
    case 6:
      if ContextText.equal(name, "tenant") { return 2 }
    case 10:
      if ContextText.equal(name, "request-id") { return 0 }
    default: break
    }
    return nil
  }

  /// By the field's number in the schema, from 0: an integer of 64 bits or a text; nil for other fields.
  package func integer(field: Int) -> Int64? {
    switch field {
    case 1: user
    default: nil
    }
  }

  package func withText<Result>(field: Int, _ body: (RawSpan) -> Result) -> Result? {
    switch field {
    case 0: texts.requestID.withBytes(body)
    case 2: texts.tenant.withBytes(body)
    default: nil
    }
  }

  /// No effect on fields of other types.
  package mutating func setInteger(field: Int, _ value: Int64) {
    switch field {
    case 1: user = value
    default: break
    }
  }

  /// False when the field is of another type, or the text longer than its field: then the field has none.
  package mutating func setText(field: Int, _ value: RawSpan) -> Bool {
    switch field {
    case 0: texts.requestID.set(value)
    case 2: texts.tenant.set(value)
    default: false
    }
  }
}

/// An encoded `StandardContext`, checked once and then read in place: the bytes must stay as they are.
package struct StandardContextView {
  private let start: UnsafeRawPointer
  private let presence: UInt8

  package init(_ bytes: UnsafeRawBufferPointer) throws(SchemaFault) {
    start = try EncodedField.start(of: bytes, wireID: 0x0001, size: 70)
    presence = UInt8(littleEndian: start.loadUnaligned(fromByteOffset: 27, as: UInt8.self))
    guard presence & 0xf8 == 0 else { throw .malformed }
    guard EncodedField.isText(at: start + 36, sizeMax: 16) else { throw .malformed }
    guard EncodedField.isText(at: start + 53, sizeMax: 16) else { throw .malformed }
  }

  /// As it came, valid or not.
  package var span: SpanContext { SpanContext(binary: start + 2) }

  package var requestID: UnsafeRawBufferPointer? {
    presence & 0x01 != 0 ? EncodedField.text(at: start + 36) : nil
  }

  package var user: Int64? {
    presence & 0x02 != 0 ? Int64(littleEndian: start.loadUnaligned(fromByteOffset: 28, as: Int64.self)) : nil
  }

  package var tenant: UnsafeRawBufferPointer? {
    presence & 0x04 != 0 ? EncodedField.text(at: start + 53) : nil
  }

  /// By the field's number in the schema, from 0: an integer of 64 bits or a text; nil for other fields.
  package func integer(field: Int) -> Int64? {
    switch field {
    case 1: user
    default: nil
    }
  }

  package func text(field: Int) -> UnsafeRawBufferPointer? {
    switch field {
    case 0: requestID
    case 2: tenant
    default: nil
    }
  }
}
