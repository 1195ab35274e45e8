// The records behind the head of a packed image: reading and checking them. Never changes the image.

/// One record; its pointers lie in the image.
struct PackedRecord {
  enum Kind {
    static var integer: UInt8 { 0 }
    static var text: UInt8 { 1 }
    static var traceState: UInt8 { 2 }
  }

  let kind: UInt8
  let name: UnsafeRawBufferPointer
  let value: UnsafeRawBufferPointer

  /// Of an image that `PackedLayout.isValid` accepted.
  @inline(__always)
  init(at start: UnsafeRawPointer) {
    kind = start.load(as: UInt8.self)
    let nameSize = Int(start.load(fromByteOffset: 1, as: UInt8.self))
    let valueSize = Int(UInt16(littleEndian: start.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
    name = UnsafeRawBufferPointer(start: start + PackedLayout.recordHeadSize, count: nameSize)
    value = UnsafeRawBufferPointer(start: start + (PackedLayout.recordHeadSize &+ nameSize), count: valueSize)
  }

  @inline(__always)
  var size: Int { PackedLayout.recordHeadSize &+ name.count &+ value.count }

  /// Of an integer record.
  @inline(__always)
  var integer: Int64 { Int64(littleEndian: value.loadUnaligned(as: Int64.self)) }

  static func write(
    kind: UInt8, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, to start: UnsafeMutableRawPointer
  ) {
    start.storeBytes(of: kind, as: UInt8.self)
    start.storeBytes(of: UInt8(name.count), toByteOffset: 1, as: UInt8.self)
    start.storeBytes(of: UInt16(value.count).littleEndian, toByteOffset: 2, as: UInt16.self)
    if let source = name.baseAddress {
      (start + PackedLayout.recordHeadSize).copyMemory(from: source, byteCount: name.count)
    }
    if let source = value.baseAddress {
      (start + (PackedLayout.recordHeadSize + name.count)).copyMemory(from: source, byteCount: value.count)
    }
  }
}

/// The tail of a valid image.
struct PackedTail {
  let start: UnsafeRawPointer
  let end: UnsafeRawPointer

  @inline(__always)
  init(of image: UnsafeRawPointer, size: Int) {
    start = image + PackedLayout.headSize
    end = image + size
  }

  /// Where the record of that name lies; an empty name means the tracestate.
  func find(_ name: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    var position = start
    while position < end {
      let record = PackedRecord(at: position)
      if record.name.count == name.count, ContextText.equal(record.name, name) { return position }
      position += record.size
    }
    return nil
  }

  /// Records of names that the schema does not declare.
  func undeclaredCount() -> Int {
    var count = 0
    forEachRecord { record in
      if record.kind != PackedRecord.Kind.traceState, ContextSchema.key(named: record.name.bytes) == nil { count &+= 1 }
    }
    return count
  }

  func forEachRecord(_ body: (PackedRecord) -> Void) {
    var position = start
    while position < end {
      let record = PackedRecord(at: position)
      body(record)
      position += record.size
    }
  }

  /// Checks every record of an image whose head is valid. The cost is bounded by the image's size: a name is compared
  /// with those before it only when a small hash says that it may be a duplicate.
  @inline(never)
  static func isValid(_ image: UnsafeRawBufferPointer) -> Bool {
    guard let base = image.baseAddress else { return false }
    var seen = NameFilter()
    var undeclaredCount = 0
    var offset = PackedLayout.headSize
    while offset < image.count {
      guard image.count &- offset >= PackedLayout.recordHeadSize else { return false }
      let record = PackedRecord(at: base + offset)
      guard record.size <= image.count &- offset else { return false }
      guard isWellFormed(record, presence: image[PackedLayout.presenceOffset], undeclaredCount: &undeclaredCount)
      else { return false }
      if seen.insert(record.name), PackedTail(of: base, size: offset).find(record.name) != nil { return false }
      offset &+= record.size
    }
    return true
  }

  private static func isWellFormed(_ record: PackedRecord, presence: UInt8, undeclaredCount: inout Int) -> Bool {
    if record.kind == PackedRecord.Kind.traceState {
      return record.name.isEmpty && TraceStateGrammar.judge(record.value) == .valid
    }
    guard ContextText.isName(record.name) else { return false }
    if let key = ContextSchema.key(named: record.name.bytes) {
      guard key.type == .text, record.kind == PackedRecord.Kind.text, presence & key.presenceMask == 0,
        record.value.count > ContextSchema.textFieldSize
      else { return false }
    } else {
      undeclaredCount &+= 1
      guard undeclaredCount <= ContextLimits.entryCountMax else { return false }
    }
    switch record.kind {
    case PackedRecord.Kind.integer: return record.value.count == 8
    case PackedRecord.Kind.text:
      return record.value.count <= ContextLimits.textSizeMax && ContextText.isUTF8(record.value)
    default: return false
    }
  }
}

/// Remembers which of 1024 hashes were seen.
private struct NameFilter {
  private var bits = InlineArray<16, UInt64>(repeating: 0)

  /// True when a name of the same hash was inserted before.
  mutating func insert(_ name: UnsafeRawBufferPointer) -> Bool {
    var hash = UInt64(truncatingIfNeeded: name.count)
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x9e37_79b9_7f4a_7c15 }
    let position = Int(truncatingIfNeeded: hash >> 54)
    let mask: UInt64 = 1 << UInt64(position & 63)
    let wasSeen = bits[position >> 6] & mask != 0
    bits[position >> 6] |= mask
    return wasSeen
  }
}
