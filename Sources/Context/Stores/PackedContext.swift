// The packed store: a typed view over a packed image, in place in the received bytes until the first write.
// Never copies before that, and allocates only when an image outgrows the buffer that it keeps between requests.

/// The image lies at `image`: the empty image, received bytes, or the owned buffer. State sits behind a pointer: no
/// exclusivity checks and no reference counting on the request path.
package final class PackedContext: RequestContext {
  private let state: UnsafeMutablePointer<PackedBuffer>

  package override init() {
    state = .allocate(capacity: 1)
    state.initialize(to: PackedBuffer())
    super.init()
  }

  deinit {
    state.pointee.deallocate()
    state.deallocate()
  }

  package override var holdsEntries: Bool { true }

  package override func perform(_ work: StandardWork, spanID: UInt64) -> UInt64 {
    work.steps(on: self, spanID: spanID)
  }

  package override func reset() {
    opaque = UnsafeRawBufferPointer(start: nil, count: 0)
    mayHoldProperties = false
    state.pointee.reset()
  }

  package override func detach() {
    super.detach()
    if state.pointee.isReceived { state.pointee.makeOwned() }
  }

  // MARK: Span context

  @inline(__always)
  package override func spanContext() -> SpanContext { SpanContext(binary: state.pointee.image) }

  @inline(__always)
  package override func setSpanContext(_ value: SpanContext) {
    state.pointee.makeOwned()
    guard value.isValid else { return SpanContext.none.writeBinary(to: state.pointee.image) }
    value.writeBinary(to: state.pointee.image)
  }

  @inline(__always)
  package override func setSpanID(_ value: UInt64) {
    let image = state.pointee.image
    guard image.loadUnaligned(fromByteOffset: 16, as: UInt64.self) != 0 else { return }
    state.pointee.makeOwned()
    state.pointee.image.storeBytes(of: value.bigEndian, toByteOffset: 16, as: UInt64.self)
  }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    guard state.pointee.hasTail, let record = state.pointee.tail.find(.init(start: nil, count: 0)) else { return }
    body(PackedRecord(at: record).value.bytes)
  }

  package override func setTraceState(_ value: RawSpan) {
    value.withUnsafeBytes {
      state.pointee.replaceRecord(
        kind: PackedRecord.Kind.traceState, name: PackedName(.init(start: nil, count: 0)), value: $0)
    }
  }

  package override func removeTraceState() { state.pointee.removeRecord(PackedName(.init(start: nil, count: 0))) }

  package override func continueTrace(_ span: SpanContext, saysRandom: Bool) {
    takeTrace(span, saysRandom: saysRandom, in: self)
  }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? {
    if key.field >= 0 { return key.type == .integer ? state.pointee.user : nil }
    switch state.pointee.look(for: key) {
    case .value(let found):
      guard found.kind == PackedRecord.Kind.integer else { return nil }
      return Int64(littleEndian: state.pointee.image.loadUnaligned(fromByteOffset: found.offset, as: Int64.self))
    case .nothing: return nil
    case .unknown: return searchedInteger(key)
    }
  }

  package override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {
    if let text = text(key) { body(text.bytes) }
  }

  /// The newest value of a text key, in place: for code that knows its store. Good until the context changes.
  @inline(__always)
  package func text(_ key: ContextKey) -> UnsafeRawBufferPointer? {
    if key.field >= 0 {
      guard key.type == .text else { return nil }
      if let text = state.pointee.fieldText(key) { return text }
      return state.pointee.hasTail ? searchedText(key) : nil
    }
    switch state.pointee.look(for: key) {
    case .value(let found):
      guard found.kind == PackedRecord.Kind.text else { return nil }
      return UnsafeRawBufferPointer(start: state.pointee.image + found.offset, count: found.size)
    case .nothing: return nil
    case .unknown: return searchedText(key)
    }
  }

  // Out of line, and the last call of their callers, so that what is found at once pays nothing for them.

  @inline(never)
  private func searchedInteger(_ key: ContextKey) -> Int64? {
    guard let record = searched(key), record.kind == PackedRecord.Kind.integer else { return nil }
    return record.integer
  }

  @inline(never)
  private func searchedText(_ key: ContextKey) -> UnsafeRawBufferPointer? {
    guard let record = searched(key), record.kind == PackedRecord.Kind.text else { return nil }
    return record.value
  }

  /// From the tail.
  private func searched(_ key: ContextKey) -> PackedRecord? {
    state.pointee.find(key.packedName).map { PackedRecord(at: $0) }
  }

  @inline(__always)
  package override func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    if !state.pointee.isPresent(key) {
      if state.pointee.hasTail { checksum = folded(checksum, fromTail: key) } else { checksum.foldAbsent() }
    } else if key.type == .text {
      PackedContext.foldField(state.pointee.image + key.packedOffset, into: &checksum)
    } else {
      checksum.fold(integer: state.pointee.userField)
    }
  }

  @inline(never)
  private func folded(_ checksum: ContextChecksum, fromTail key: ContextKey) -> ContextChecksum {
    var checksum = checksum
    if key.field >= 0 {
      if key.type == .text, let text = searchedText(key) {
        checksum.fold(text: text)
      } else {
        checksum.foldAbsent()
      }
    } else if let record = searched(key), record.kind == key.type.rawValue {
      if key.type == .integer { checksum.fold(integer: record.integer) } else { checksum.fold(text: record.value) }
    } else {
      checksum.foldAbsent()
    }
    return checksum
  }

  /// `ContextChecksum.fold(text:)` of a field, without a loop: sixteen bytes can be read whatever the size is.
  @inline(__always)
  private static func foldField(_ field: UnsafeRawPointer, into checksum: inout ContextChecksum) {
    let size = UInt64(field.load(as: UInt8.self))
    let low = UInt64(littleEndian: field.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
    if size >= 8 {
      checksum.fold(low)
      if size > 8 {
        let high = UInt64(littleEndian: field.loadUnaligned(fromByteOffset: 9, as: UInt64.self))
        checksum.fold(high & (~0 &>> (128 &- size &* 8)))
      }
    } else if size > 0 {
      checksum.fold(low & (~0 &>> (64 &- size &* 8)))
    }
    checksum.fold(size)
  }

  @inline(__always)
  package override func setInteger(_ key: ContextKey, _ value: Int64) {
    if key.field >= 0 {
      if key.type == .integer { state.pointee.setUser(value) }
    } else {
      setUndeclared(key, integer: value)
    }
  }

  @inline(__always)
  package override func setText(_ key: ContextKey, _ value: RawSpan) {
    if key.field >= 0 {
      guard key.type == .text else { return }
      value.withUnsafeBytes { state.pointee.setDeclaredText(key, $0) }
    } else {
      setUndeclared(key, text: value)
    }
  }

  @inline(never)
  private func setUndeclared(_ key: ContextKey, integer: Int64) {
    withUnsafeBytes(of: integer.littleEndian) {
      state.pointee.setUndeclared(kind: PackedRecord.Kind.integer, name: key.packedName, value: $0)
    }
  }

  @inline(never)
  private func setUndeclared(_ key: ContextKey, text: RawSpan) {
    text.withUnsafeBytes {
      state.pointee.setUndeclared(kind: PackedRecord.Kind.text, name: key.packedName, value: $0)
    }
  }

  package override func setEntry(name: RawSpan, integer: Int64) {
    name.withUnsafeBytes { name in
      withUnsafeBytes(of: integer.littleEndian) {
        state.pointee.setUndeclared(kind: PackedRecord.Kind.integer, name: PackedName(name), value: $0)
      }
    }
  }

  package override func setEntry(name: RawSpan, text: RawSpan) {
    name.withUnsafeBytes { name in
      text.withUnsafeBytes {
        state.pointee.setUndeclared(kind: PackedRecord.Kind.text, name: PackedName(name), value: $0)
      }
    }
  }

  package override func removeEntry(name: RawSpan) {
    name.withUnsafeBytes { state.pointee.removeRecord(PackedName($0)) }
  }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    let empty = UnsafeRawBufferPointer(start: nil, count: 0)
    for field in 0..<ContextSchema.fieldCount {
      let name = ContextSchema.name(field: field)
      if field == ContextSchema.userField {
        if let value = state.pointee.user { body(name.bytes, value, empty.bytes) }
      } else if let text = state.pointee.fieldText(field) {
        body(name.bytes, nil, text.bytes)
      } else if state.pointee.hasTail, let text = searchedText(ContextSchema.keys[field]) {
        body(name.bytes, nil, text.bytes)
      }
    }
    guard state.pointee.hasTail else { return }
    state.pointee.tail.forEachRecord { record in
      if record.kind == PackedRecord.Kind.integer {
        body(record.name.bytes, record.integer, empty.bytes)
      } else if record.kind == PackedRecord.Kind.text, ContextSchema.key(named: record.name.bytes) == nil {
        body(record.name.bytes, nil, record.value.bytes)
      }
    }
  }

  // MARK: The packed image

  package override func packedSize() -> Int { state.pointee.size }

  package override func writePacked(to destination: UnsafeMutableRawPointer) {
    if state.pointee.hasTail {
      destination.copyMemory(from: state.pointee.image, byteCount: state.pointee.size)
    } else {
      PackedLayout.copyHead(from: state.pointee.image, to: destination)
    }
  }

  package override func readPacked(_ image: UnsafeRawBufferPointer) -> Bool {
    if PackedLayout.isPlainlyValid(image) {
      state.pointee.receive(image)
      return true
    }
    return readOther(image)
  }

  @inline(never)
  private func readOther(_ image: UnsafeRawBufferPointer) -> Bool {
    if PackedLayout.isOtherwiseValid(image) {
      state.pointee.receiveOther(image)
      return true
    }
    state.pointee.reset()
    return false
  }
}
