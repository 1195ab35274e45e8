// Entries as header fields, one for each: a prefix and the key, `uberctx-<key>`. The way out; see `EntryFieldsParser`.

internal import Context

/// Header names have no case: a key that is no token of lower case is left out, because it would arrive as another.
/// All fields together have one budget, names with their prefix and values, as the fields of W3C Baggage have.
struct EntryFields: Sendable {
  enum Form: Sendable {
    /// Percent-encoded; a plus sign is read as a space.
    case encoded
    /// As it is: visible ASCII, with spaces inside. Other values are left out.
    case plain
  }

  static var sizeMax: Int { 8192 }
  static var countMax: Int { 64 }

  let prefix: StaticString
  let form: Form

  init(prefix: StaticString, form: Form) {
    self.prefix = prefix
    self.form = form
  }

  private var prefixBytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
  }

  /// What follows the prefix; nil when the field is another's.
  @inline(__always)
  func key(of name: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    let prefix = prefixBytes
    guard name.count >= prefix.count, name[0] == prefix[0],
      ContextText.equal(UnsafeRawBufferPointer(rebasing: name[..<prefix.count]), prefix)
    else { return nil }
    return UnsafeRawBufferPointer(rebasing: name[prefix.count...])
  }

  func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    var (size, count) = (0, 0)
    context.forEachEntry { name, integer, text in
      guard let fieldSize = self.size(of: name, integer, text) else { return }
      size &+= fieldSize
      count &+= 1
    }
    if size > EntryFields.sizeMax || count > EntryFields.countMax {
      return injectSelection(of: context, into: &carrier)
    }
    context.forEachEntry { name, integer, text in
      guard let fieldSize = self.size(of: name, integer, text) else { return }
      append(name, integer, text, size: fieldSize, to: &carrier)
    }
  }

  @inline(never)
  private func injectSelection(of context: RequestContext, into carrier: inout some CarrierWriter) {
    for (name, value) in EntryFieldSelection(of: ContextSnapshot(of: context).entries, as: self).members {
      let name = name.utf8.span.bytes
      switch value {
      case .integer(let integer):
        guard let size = size(of: name, integer, RawSpan()) else { continue }
        append(name, integer, RawSpan(), size: size, to: &carrier)
      case .text(let text):
        guard let size = size(of: name, nil, text.utf8.span.bytes) else { continue }
        append(name, nil, text.utf8.span.bytes, size: size, to: &carrier)
      }
    }
  }

  /// Bytes of the field, name and value; nil when the entry cannot travel in one.
  func size(of name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Int? {
    guard name.withUnsafeBytes({ EntryFields.isKey($0) }) else { return nil }
    let nameSize = prefix.utf8CodeUnitCount &+ name.byteCount
    if let integer { return nameSize &+ DecimalDigits.size(of: integer) }
    return text.withUnsafeBytes { text in
      switch form {
      case .encoded: nameSize &+ PercentEncoding.encodedSize(text, isPlain: EntryFields.isUnreserved)
      case .plain: EntryFields.isPlain(text) ? nameSize &+ text.count : nil
      }
    }
  }

  private func append(
    _ name: RawSpan, _ integer: Int64?, _ text: RawSpan, size: Int, to carrier: inout some CarrierWriter
  ) {
    let nameSize = prefix.utf8CodeUnitCount &+ name.byteCount
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { field in
      field.copyMemory(from: prefixBytes)
      name.withUnsafeBytes { name in
        UnsafeMutableRawBufferPointer(rebasing: field[prefix.utf8CodeUnitCount...]).copyMemory(from: name)
      }
      let value = UnsafeMutableRawBufferPointer(rebasing: field[nameSize...])
      if let integer {
        withUnsafeTemporaryAllocation(byteCount: DecimalDigits.sizeMax, alignment: 1) { digits in
          guard let start = digits.baseAddress else { return }
          _ = DecimalDigits.write(integer, to: start)
          value.copyMemory(from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[..<value.count]))
        }
      } else {
        text.withUnsafeBytes { text in write(text, to: value) }
      }
      let bytes = UnsafeRawBufferPointer(field)
      carrier.appendField(
        name: UnsafeRawBufferPointer(rebasing: bytes[..<nameSize]).bytes,
        UnsafeRawBufferPointer(rebasing: bytes[nameSize...]).bytes)
    }
  }

  private func write(_ text: UnsafeRawBufferPointer, to value: UnsafeMutableRawBufferPointer) {
    guard let start = value.baseAddress, !value.isEmpty else { return }
    switch form {
    case .plain: value.copyMemory(from: text)
    case .encoded: _ = PercentEncoding.encode(text, to: start, isPlain: EntryFields.isUnreserved)
    }
  }

  // MARK: Characters

  /// A token without upper case.
  static func isKey(_ name: UnsafeRawBufferPointer) -> Bool {
    guard BaggageCharacters.isKey(name) else { return false }
    for byte in name where byte >= 0x41 && byte <= 0x5a { return false }
    return true
  }

  /// RFC 3986, section 2.3.
  @inline(__always)
  static func isUnreserved(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte == 0x2d
      || byte == 0x2e || byte == 0x5f || byte == 0x7e
  }

  /// Visible ASCII and spaces, none of them at an end, where a carrier would take them for white space around a value.
  static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
    for byte in text where byte < 0x20 || byte > 0x7e { return false }
    return text.first != 0x20 && text.last != 0x20
  }
}
