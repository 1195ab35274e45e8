// Made of contexts/example-shop.yaml by `make generate`: change that file, not this one.

package import Context

/// The context that contexts/example-shop.yaml declares: the trace, and a typed field for each key.
///
/// As bytes, integers little-endian:
///
/// ```
/// offset size
///      0    2  wire id
///      2   25  trace id, span id, flags (`binary25`); all zero: no trace
///     27    2  presence: bit f says that field f has a value; the other bits are zero
///     29    8  field 1, customer: two's complement
///     37    4  field 3, basket-size: two's complement
///     41    4  field 7, price-list: two's complement
///     45    1  field 4, is-test: 0 or 1
///     46   16  field 0, session-id: bytes
///     62    3  field 6, experiment: bytes
///     65    9  field 2, region: size, 0 to 8, then UTF-8, zeros behind it
///     74  256  field 5, campaign: size, 0 to 255, then UTF-8, zeros behind it
///    330   17  field 8, class-of-service: size, 0 to 16, then UTF-8, zeros behind it
/// ```
///
/// A field without a value is zero. A text that is longer than its field is none.
package struct ShopContext: Equatable, Sendable {
  /// Of the schema: other fields, types or sizes have another.
  package static var schemaID: UInt64 { 0x3d1a_f83a_2cec_2503 }
  /// What the bytes begin with.
  package static var wireID: UInt16 { 0xcccf }
  package static var encodedSize: Int { 347 }

  /// Where each field begins, and the bits that say which fields hold a value.
  package enum Offset {
    package static var presence: Int { 27 }
    package static var sessionID: Int { 46 }
    package static var customer: Int { 29 }
    package static var region: Int { 65 }
    package static var basketSize: Int { 37 }
    package static var isTest: Int { 45 }
    package static var campaign: Int { 74 }
    package static var experiment: Int { 62 }
    package static var priceList: Int { 41 }
    package static var classOfService: Int { 330 }
  }

  /// The texts as bytes, without a `String`.
  package struct Texts: Equatable, Sendable, BitwiseCopyable {
    package var region = FixedText<8>()
    package var campaign = FixedText<255>()
    package var classOfService = FixedText<16>()
  }

  package var texts = Texts()

  /// Not valid: no trace.
  package var span: SpanContext
  /// A UUID.
  package var sessionID: FixedBytes<16>?
  package var customer: Int64?
  /// Such as eu-west.
  package var region: String? {
    get { texts.region.string }
    set { texts.region.string = newValue }
  }
  /// Items, returns counted below zero.
  package var basketSize: Int32?
  /// Synthetic traffic: charge nobody.
  package var isTest: Bool?
  package var campaign: String? {
    get { texts.campaign.string }
    set { texts.campaign.string = newValue }
  }
  package var experiment: FixedBytes<3>?
  package var priceList: Int32?
  package var classOfService: String? {
    get { texts.classOfService.string }
    set { texts.classOfService.string = newValue }
  }

  package init(span: SpanContext = .none) { self.span = span }
}

extension ShopContext {
  package func withSessionID(_ value: FixedBytes<16>?) -> Self {
    var copy = self
    copy.sessionID = value
    return copy
  }

  package func withCustomer(_ value: Int64?) -> Self {
    var copy = self
    copy.customer = value
    return copy
  }

  package func withRegion(_ value: String?) -> Self {
    var copy = self
    copy.region = value
    return copy
  }

  package func withBasketSize(_ value: Int32?) -> Self {
    var copy = self
    copy.basketSize = value
    return copy
  }

  package func withIsTest(_ value: Bool?) -> Self {
    var copy = self
    copy.isTest = value
    return copy
  }

  package func withCampaign(_ value: String?) -> Self {
    var copy = self
    copy.campaign = value
    return copy
  }

  package func withExperiment(_ value: FixedBytes<3>?) -> Self {
    var copy = self
    copy.experiment = value
    return copy
  }

  package func withPriceList(_ value: Int32?) -> Self {
    var copy = self
    copy.priceList = value
    return copy
  }

  package func withClassOfService(_ value: String?) -> Self {
    var copy = self
    copy.classOfService = value
    return copy
  }

  /// Writes `encodedSize` bytes.
  package func encode(to start: UnsafeMutableRawPointer) {
    start.initializeMemory(as: UInt8.self, repeating: 0, count: Self.encodedSize)
    start.storeBytes(of: Self.wireID.littleEndian, as: UInt16.self)
    span.writeBinary(to: start + 2)
    var presence: UInt16 = 0
    if let customer {
      start.storeBytes(of: customer.littleEndian, toByteOffset: 29, as: Int64.self)
      presence |= 0x0002
    }
    if let basketSize {
      start.storeBytes(of: basketSize.littleEndian, toByteOffset: 37, as: Int32.self)
      presence |= 0x0008
    }
    if let priceList {
      start.storeBytes(of: priceList.littleEndian, toByteOffset: 41, as: Int32.self)
      presence |= 0x0080
    }
    if let isTest {
      start.storeBytes(of: isTest ? 1 : 0, toByteOffset: 45, as: UInt8.self)
      presence |= 0x0010
    }
    if let sessionID {
      sessionID.write(to: start + 46)
      presence |= 0x0001
    }
    if let experiment {
      experiment.write(to: start + 62)
      presence |= 0x0040
    }
    presence |= texts.region.write(to: start + 65, bit: 0x0004)
    presence |= texts.campaign.write(to: start + 74, bit: 0x0020)
    presence |= texts.classOfService.write(to: start + 330, bit: 0x0100)
    start.storeBytes(of: presence.littleEndian, toByteOffset: 27, as: UInt16.self)
  }

  /// A span context that is not valid leaves no trace.
  package init(decoding bytes: UnsafeRawBufferPointer) throws(SchemaFault) {
    self.init()
    decode(try ShopContextView(bytes))
  }

  /// In place of what the context held.
  package mutating func decode(_ view: ShopContextView) {
    span = view.span.isValid ? view.span : .none
    sessionID = view.sessionID
    customer = view.customer
    texts.region.take(view.region)
    basketSize = view.basketSize
    isTest = view.isTest
    texts.campaign.take(view.campaign)
    experiment = view.experiment
    priceList = view.priceList
    texts.classOfService.take(view.classOfService)
  }

  package static var fieldCount: Int { 9 }

  /// Of the field of that number.
  package static func name(field: Int) -> StaticString {
    switch field {
    case 0: "session-id"
    case 1: "customer"
    case 2: "region"
    case 3: "basket-size"
    case 4: "is-test"
    case 5: "campaign"
    case 6: "experiment"
    case 7: "price-list"
    default: "class-of-service"
    }
  }

  /// Nil when no field has that name.
  package static func field(named name: UnsafeRawBufferPointer) -> Int? {
    switch name.count {
    case 6:
      if ContextText.equal(name, "region") { return 2 }
    case 7:
      if ContextText.equal(name, "is-test") { return 4 }
    case 8:
      if ContextText.equal(name, "customer") { return 1 }
      if ContextText.equal(name, "campaign") { return 5 }
    case 10:
      if ContextText.equal(name, "session-id") { return 0 }
      if ContextText.equal(name, "experiment") { return 6 }
      if ContextText.equal(name, "price-list") { return 7 }
    case 11:
      if ContextText.equal(name, "basket-size") { return 3 }
    case 16:
      if ContextText.equal(name, "class-of-service") { return 8 }
    default: break
    }
    return nil
  }

  /// By the field's number in the schema, from 0: an integer of 64 bits or a text; nil for other fields.
  package func integer(field: Int) -> Int64? {
    switch field {
    case 1: customer
    default: nil
    }
  }

  package func withText<Result>(field: Int, _ body: (RawSpan) -> Result) -> Result? {
    switch field {
    case 2: texts.region.withBytes(body)
    case 5: texts.campaign.withBytes(body)
    case 8: texts.classOfService.withBytes(body)
    default: nil
    }
  }

  /// No effect on fields of other types.
  package mutating func setInteger(field: Int, _ value: Int64) {
    switch field {
    case 1: customer = value
    default: break
    }
  }

  /// False when the field is of another type, or the text longer than its field: then the field has none.
  package mutating func setText(field: Int, _ value: RawSpan) -> Bool {
    switch field {
    case 2: texts.region.set(value)
    case 5: texts.campaign.set(value)
    case 8: texts.classOfService.set(value)
    default: false
    }
  }
}

/// An encoded `ShopContext`, checked once and then read in place: the bytes must stay as they are.
package struct ShopContextView {
  private let start: UnsafeRawPointer
  private let presence: UInt16

  package init(_ bytes: UnsafeRawBufferPointer) throws(SchemaFault) {
    start = try EncodedField.start(of: bytes, wireID: 0xcccf, size: 347)
    presence = UInt16(littleEndian: start.loadUnaligned(fromByteOffset: 27, as: UInt16.self))
    guard presence & 0xfe00 == 0 else { throw .malformed }
    guard start.load(fromByteOffset: 45, as: UInt8.self) <= 1 else { throw .malformed }
    guard EncodedField.isText(at: start + 65, sizeMax: 8) else { throw .malformed }
    guard EncodedField.isText(at: start + 74, sizeMax: 255) else { throw .malformed }
    guard EncodedField.isText(at: start + 330, sizeMax: 16) else { throw .malformed }
  }

  /// As it came, valid or not.
  package var span: SpanContext { SpanContext(binary: start + 2) }

  package var sessionID: FixedBytes<16>? {
    presence & 0x0001 != 0 ? FixedBytes(at: start + 46) : nil
  }

  package var customer: Int64? {
    presence & 0x0002 != 0 ? Int64(littleEndian: start.loadUnaligned(fromByteOffset: 29, as: Int64.self)) : nil
  }

  package var region: UnsafeRawBufferPointer? {
    presence & 0x0004 != 0 ? EncodedField.text(at: start + 65) : nil
  }

  package var basketSize: Int32? {
    presence & 0x0008 != 0 ? Int32(littleEndian: start.loadUnaligned(fromByteOffset: 37, as: Int32.self)) : nil
  }

  package var isTest: Bool? {
    presence & 0x0010 != 0 ? start.load(fromByteOffset: 45, as: UInt8.self) == 1 : nil
  }

  package var campaign: UnsafeRawBufferPointer? {
    presence & 0x0020 != 0 ? EncodedField.text(at: start + 74) : nil
  }

  package var experiment: FixedBytes<3>? {
    presence & 0x0040 != 0 ? FixedBytes(at: start + 62) : nil
  }

  package var priceList: Int32? {
    presence & 0x0080 != 0 ? Int32(littleEndian: start.loadUnaligned(fromByteOffset: 41, as: Int32.self)) : nil
  }

  package var classOfService: UnsafeRawBufferPointer? {
    presence & 0x0100 != 0 ? EncodedField.text(at: start + 330) : nil
  }

  /// By the field's number in the schema, from 0: an integer of 64 bits or a text; nil for other fields.
  package func integer(field: Int) -> Int64? {
    switch field {
    case 1: customer
    default: nil
    }
  }

  package func text(field: Int) -> UnsafeRawBufferPointer? {
    switch field {
    case 2: region
    case 5: campaign
    case 8: classOfService
    default: nil
    }
  }
}
