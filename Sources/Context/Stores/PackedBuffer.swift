// Where a packed image lies and how it is changed in place. Knows the layout; never judges foreign bytes.

/// The state of one `PackedContext`. The image is written only when it lies in the owned buffer.
struct PackedBuffer {
  /// The image in force: the empty image, received bytes, or `owned`.
  private(set) var image: UnsafeMutableRawPointer
  private(set) var size: Int
  private var owned: UnsafeMutableRawPointer
  private var capacity: Int
  private let empty: UnsafeMutableRawPointer
  /// Of the image in force, as long as that has a tail; without one it may say anything.
  private var index = PackedIndex()

  private static var capacityMin: Int { 512 }
  /// A buffer that one large context made larger than this is given back with the next small one.
  private static var capacityKeptMax: Int { 16 << 10 }

  init() {
    owned = .allocate(byteCount: PackedBuffer.capacityMin, alignment: 16)
    capacity = PackedBuffer.capacityMin
    empty = .allocate(byteCount: PackedLayout.headSize, alignment: 16)
    PackedLayout.writeEmpty(to: empty)
    image = empty
    size = PackedLayout.headSize
  }

  func deallocate() {
    owned.deallocate()
    empty.deallocate()
    index.deallocate()
  }

  @inline(__always)
  mutating func reset() {
    image = empty
    size = PackedLayout.headSize
    if capacity > PackedBuffer.capacityKeptMax { reallocate(PackedBuffer.capacityMin) }
  }

  /// Views a valid image, which is not written while it is not owned.
  @inline(__always)
  mutating func receive(_ received: UnsafeRawBufferPointer) {
    guard let base = received.baseAddress else { return }
    image = UnsafeMutableRawPointer(mutating: base)
    size = received.count
  }

  /// The same for an image that may have a tail.
  mutating func receiveOther(_ received: UnsafeRawBufferPointer) {
    receive(received)
    index.forget()
  }

  @inline(__always)
  var isReceived: Bool { image != owned && image != empty }

  /// The one copy of a request: before the first write.
  @inline(__always)
  mutating func makeOwned() {
    if image == owned { return }
    if size == PackedLayout.headSize {
      if capacity > PackedBuffer.capacityKeptMax { reallocate(PackedBuffer.capacityMin) }
      PackedLayout.copyHead(from: image, to: owned)
      image = owned
    } else {
      copyWhole()
    }
  }

  @inline(never)
  private mutating func copyWhole() {
    if size > capacity { reallocate(size) }
    owned.copyMemory(from: image, byteCount: size)
    image = owned
  }

  /// The owned buffer's content is lost.
  @inline(never)
  private mutating func reallocate(_ size: Int) {
    owned.deallocate()
    capacity = max(size, PackedBuffer.capacityMin)
    owned = .allocate(byteCount: capacity, alignment: 16)
  }

  // MARK: Fields

  @inline(__always)
  func isPresent(_ key: ContextKey) -> Bool {
    image.load(fromByteOffset: PackedLayout.presenceOffset, as: UInt8.self) & key.presenceMask != 0
  }

  @inline(__always)
  private mutating func setPresence(_ bits: UInt8) {
    let old = image.load(fromByteOffset: PackedLayout.presenceOffset, as: UInt8.self)
    image.storeBytes(of: old | bits, toByteOffset: PackedLayout.presenceOffset, as: UInt8.self)
  }

  @inline(__always)
  var user: Int64? {
    let presence = image.load(fromByteOffset: PackedLayout.presenceOffset, as: UInt8.self)
    return presence & PackedLayout.userPresence != 0 ? userField : nil
  }

  /// The user's field, whether there is one or not.
  @inline(__always)
  var userField: Int64 {
    Int64(littleEndian: image.loadUnaligned(fromByteOffset: PackedLayout.userOffset, as: Int64.self))
  }

  @inline(__always)
  mutating func setUser(_ value: Int64) {
    makeOwned()
    image.storeBytes(of: value.littleEndian, toByteOffset: PackedLayout.userOffset, as: Int64.self)
    setPresence(PackedLayout.userPresence)
  }

  /// From its field; a text that is longer lies in the tail.
  @inline(__always)
  func fieldText(_ key: ContextKey) -> UnsafeRawBufferPointer? {
    isPresent(key) ? text(inFieldAt: key.packedOffset) : nil
  }

  /// The same by the field's number.
  @inline(__always)
  func fieldText(_ field: Int) -> UnsafeRawBufferPointer? {
    let presence = image.load(fromByteOffset: PackedLayout.presenceOffset, as: UInt8.self)
    guard presence >> UInt8(truncatingIfNeeded: field) & 1 == 1 else { return nil }
    return text(inFieldAt: PackedLayout.fieldOffset(field))
  }

  @inline(__always)
  private func text(inFieldAt offset: Int) -> UnsafeRawBufferPointer {
    let field = image + offset
    return UnsafeRawBufferPointer(start: field + 1, count: Int(field.load(as: UInt8.self)))
  }

  @inline(__always)
  mutating func setDeclaredText(_ key: ContextKey, _ text: UnsafeRawBufferPointer) {
    if text.count <= ContextSchema.textFieldSize, !hasTail || isPresent(key) {
      makeOwned()
      PackedLayout.writeTextField(text, to: image + key.packedOffset)
      setPresence(key.presenceMask)
    } else {
      moveDeclaredText(key, text)
    }
  }

  /// The value may have to leave the tail, or to go there.
  @inline(never)
  private mutating func moveDeclaredText(_ key: ContextKey, _ text: UnsafeRawBufferPointer) {
    let name = key.packedName
    if text.count <= ContextSchema.textFieldSize {
      removeRecord(name)
      PackedLayout.writeTextField(text, to: image + key.packedOffset)
      setPresence(key.presenceMask)
    } else {
      replaceRecord(kind: PackedRecord.Kind.text, name: name, value: text)
      PackedLayout.writeTextField(.init(start: nil, count: 0), to: image + key.packedOffset)
      let presence = image.load(fromByteOffset: PackedLayout.presenceOffset, as: UInt8.self)
      image.storeBytes(of: presence & ~key.presenceMask, toByteOffset: PackedLayout.presenceOffset, as: UInt8.self)
    }
  }

  // MARK: Tail

  @inline(__always)
  var hasTail: Bool { size != PackedLayout.headSize }

  @inline(__always)
  var tail: PackedTail { PackedTail(of: image, size: size) }

  enum Found {
    case value(PackedIndex.Found)
    case nothing
    /// Only `find` tells.
    case unknown
  }

  /// What the index says of an undeclared key, when there is one and the name is its own tag.
  @inline(__always)
  func look(for key: ContextKey) -> Found {
    guard hasTail else { return .nothing }
    guard index.isBuilt else { return .unknown }
    guard let found = index.first(key.packedTag, from: key.packedHome) else { return .nothing }
    return key.isPackedNameHashed ? .unknown : .value(found)
  }

  /// Where the record of that name lies; an empty name means the tracestate.
  @inline(never)
  mutating func find(_ name: PackedName) -> UnsafeRawPointer? {
    guard hasTail else { return nil }
    if name.bytes.isEmpty { return tail.find(name.bytes) }
    if !index.isBuilt {
      guard index.ask() else { return tail.find(name.bytes) }
      index.build(of: tail, image: image)
    }
    return index.find(name, in: image)
  }

  /// A new name beyond the limit is dropped.
  mutating func setUndeclared(kind: UInt8, name: PackedName, value: UnsafeRawBufferPointer) {
    // The smallest record of an entry has five bytes: below that size the tail cannot be full.
    if size > PackedLayout.headSize + 5 * ContextLimits.entryCountMax, find(name) == nil,
      tail.undeclaredCount() >= ContextLimits.entryCountMax
    {
      return
    }
    replaceRecord(kind: kind, name: name, value: value)
  }

  /// Writes the record of that name, in its place when there is one, else at the end. An empty name means the
  /// tracestate. `name` and `value` do not lie in the owned buffer.
  mutating func replaceRecord(kind: UInt8, name: PackedName, value: UnsafeRawBufferPointer) {
    makeOwned()
    if !hasTail { index.forget() }
    let recordSize = PackedLayout.recordHeadSize + name.bytes.count + value.count
    var offset = size
    var oldSize = 0
    if let found = find(name) {
      offset = found - UnsafeRawPointer(image)
      oldSize = PackedRecord(at: found).size
      if oldSize != recordSize || PackedRecord(at: found).kind != kind { index.forget() }
    }
    let newSize = size - oldSize + recordSize
    if newSize > capacity { grow(newSize) }
    let behind = image + (offset + oldSize)
    let behindSize = size - offset - oldSize
    if oldSize != recordSize, behindSize > 0 {
      (image + (offset + recordSize)).copyMemory(from: behind, byteCount: behindSize)
    }
    PackedRecord.write(kind: kind, name: name.bytes, value: value, to: image + offset)
    size = newSize
    if oldSize == 0, !name.bytes.isEmpty { index.insert(name.tag, recordAt: image + offset, in: image) }
  }

  /// `name` as in `replaceRecord`.
  mutating func removeRecord(_ name: PackedName) {
    makeOwned()
    guard let found = find(name) else { return }
    let offset = found - UnsafeRawPointer(image)
    let recordSize = PackedRecord(at: found).size
    (image + offset).copyMemory(from: image + (offset + recordSize), byteCount: size - offset - recordSize)
    size -= recordSize
    index.forget()
  }

  @inline(never)
  private mutating func grow(_ size: Int) {
    let old = owned
    capacity = max(size, capacity * 2)
    owned = .allocate(byteCount: capacity, alignment: 16)
    owned.copyMemory(from: old, byteCount: self.size)
    old.deallocate()
    image = owned
  }
}
