// Where in a packed image each value lies, by its name: an open hash table with linear probing. It points into no
// image; offsets stay right when the image is copied.

/// Built when a second search comes: one search alone is cheaper as a walk. Memory is kept from image to image.
struct PackedIndex {
  /// 16 bytes: the tag, then the value's offset (4) and size (2), the record's kind (1) and the name's size (1).
  private enum Entry {
    static var size: Int { 16 }
    static var offsetOffset: Int { 8 }
    static var sizeOffset: Int { 12 }
    static var kindOffset: Int { 14 }
    static var nameSizeOffset: Int { 15 }
  }

  private static var capacityMin: Int { 32 }

  /// Zero where there is no entry: a value lies behind the head of the image.
  private var entries: UnsafeMutableRawPointer
  private var capacity: Int
  /// Bytes of the entries in use less 16. They are a power of two, at least four times as many as the records when they
  /// are built, and twice later, so that a search for what is not there ends soon.
  private var mask = 0
  private var recordCount = 0
  private(set) var isBuilt = false
  /// Whether the image was searched before.
  private var wasAsked = false

  init() {
    capacity = PackedIndex.capacityMin
    entries = .allocate(byteCount: capacity * Entry.size, alignment: Entry.size)
  }

  func deallocate() { entries.deallocate() }

  /// Another image is in force, or a record has moved or has a value of another size or type.
  @inline(__always)
  mutating func forget() {
    isBuilt = false
    wasAsked = false
  }

  /// True when it was asked before: then it pays to build.
  mutating func ask() -> Bool {
    defer { wasAsked = true }
    return wasAsked
  }

  mutating func build(of tail: PackedTail, image: UnsafeRawPointer) {
    recordCount = 0
    tail.forEachRecord { _ in recordCount &+= 1 }
    var wanted = PackedIndex.capacityMin
    while wanted < 4 &* recordCount { wanted &*= 2 }
    if wanted > capacity {
      entries.deallocate()
      entries = .allocate(byteCount: wanted * Entry.size, alignment: Entry.size)
      capacity = wanted
    }
    entries.initializeMemory(as: UInt8.self, repeating: 0, count: wanted * Entry.size)
    mask = (wanted &- 1) &* Entry.size
    var position = tail.start
    while position < tail.end {
      let record = PackedRecord(at: position)
      // A tracestate has no name.
      if !record.name.isEmpty { place(PackedName.tag(of: record.name), record, in: image) }
      position += record.size
    }
    isBuilt = true
  }

  /// A record that was not there before.
  mutating func insert(_ tag: UInt64, recordAt start: UnsafeRawPointer, in image: UnsafeRawPointer) {
    guard isBuilt else { return }
    recordCount &+= 1
    if 2 &* recordCount > mask / Entry.size {
      isBuilt = false
    } else {
      place(tag, PackedRecord(at: start), in: image)
    }
  }

  private mutating func place(_ tag: UInt64, _ record: PackedRecord, in image: UnsafeRawPointer) {
    var position = PackedName.home(of: tag) & mask
    while entry(at: position).exists { position = (position &+ Entry.size) & mask }
    entries.storeBytes(of: tag, toByteOffset: position, as: UInt64.self)
    let offset = UInt32(truncatingIfNeeded: record.name.baseAddress.map { $0 + record.name.count - image } ?? 0)
    entries.storeBytes(of: offset, toByteOffset: position &+ Entry.offsetOffset, as: UInt32.self)
    let size = UInt16(truncatingIfNeeded: record.value.count)
    entries.storeBytes(of: size, toByteOffset: position &+ Entry.sizeOffset, as: UInt16.self)
    entries.storeBytes(of: record.kind, toByteOffset: position &+ Entry.kindOffset, as: UInt8.self)
    let nameSize = UInt8(truncatingIfNeeded: record.name.count)
    entries.storeBytes(of: nameSize, toByteOffset: position &+ Entry.nameSizeOffset, as: UInt8.self)
  }

  /// One entry, or an empty place.
  struct Found {
    fileprivate let start: UnsafeRawPointer

    @inline(__always)
    var tag: UInt64 { start.load(as: UInt64.self) }
    /// Of the value; 0 when there is nothing.
    @inline(__always)
    var offset: Int { Int(start.load(fromByteOffset: Entry.offsetOffset, as: UInt32.self)) }
    @inline(__always)
    var exists: Bool { offset != 0 }
    @inline(__always)
    var size: Int { Int(start.load(fromByteOffset: Entry.sizeOffset, as: UInt16.self)) }
    @inline(__always)
    var kind: UInt8 { start.load(fromByteOffset: Entry.kindOffset, as: UInt8.self) }
    @inline(__always)
    var nameSize: Int { Int(start.load(fromByteOffset: Entry.nameSizeOffset, as: UInt8.self)) }
  }

  @inline(__always)
  private func entry(at position: Int) -> Found { Found(start: UnsafeRawPointer(entries + position)) }

  /// The first entry of that tag; nil when there is none.
  @inline(__always)
  func first(_ tag: UInt64, from home: Int) -> Found? {
    var position = home & mask
    while true {
      let entry = entry(at: position)
      if entry.tag == tag { return entry }
      if !entry.exists { return nil }
      position = (position &+ Entry.size) & mask
    }
  }

  /// Where the record of that name, which is not empty, lies in `image`.
  func find(_ name: PackedName, in image: UnsafeRawPointer) -> UnsafeRawPointer? {
    var position = PackedName.home(of: name.tag) & mask
    while entry(at: position).exists {
      let entry = entry(at: position)
      if entry.tag == name.tag {
        let record = image + (entry.offset &- entry.nameSize &- PackedLayout.recordHeadSize)
        if !name.isHashed || ContextText.equal(PackedRecord(at: record).name, name.bytes) { return record }
      }
      position = (position &+ Entry.size) & mask
    }
    return nil
  }
}
