// A growable run of raw bytes: appended at the end, consumed from the front.
// Never does I/O, never frees itself: its owner calls `deallocate()` exactly once.

/// A handle to growable byte storage. Public, because the compiler inlines across modules only what is
/// `@inlinable public`. Copies of the handle share the storage, and copying costs nothing: the hot path
/// passes it around without reference counting. The owner (a connection, a pool) calls `deallocate()` once.
public struct ByteBuffer {
  @usableFromInline
  struct Storage {
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    @usableFromInline var head: Int
    @usableFromInline var tail: Int
  }

  @usableFromInline let storage: UnsafeMutablePointer<Storage>

  /// Allocates storage for `capacity` bytes (at least 64).
  public init(capacity: Int) {
    let capacity = max(capacity, 64)
    storage = .allocate(capacity: 1)
    storage.initialize(
      to: Storage(base: .allocate(byteCount: capacity, alignment: 16), capacity: capacity, head: 0, tail: 0))
  }

  public func deallocate() {
    storage.pointee.base.deallocate()
    storage.deallocate()
  }

  /// Bytes appended and not yet consumed.
  @inlinable public var count: Int { storage.pointee.tail &- storage.pointee.head }

  @inlinable public var isEmpty: Bool { storage.pointee.tail == storage.pointee.head }

  /// Where the content ends in the storage: 0 when there is none, and `count` at least.
  @inlinable public var end: Int { storage.pointee.tail }

  public var capacity: Int { storage.pointee.capacity }

  /// The unconsumed bytes. Valid until the next call that appends, reserves, consumes or deallocates.
  @inlinable public var readable: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: storage.pointee.base + storage.pointee.head, count: count)
  }

  /// Where the unconsumed byte at `offset` lies; `offset` is not checked. Valid as long as `readable`.
  @inlinable public func pointer(at offset: Int) -> UnsafeMutableRawPointer {
    storage.pointee.base + (storage.pointee.head &+ offset)
  }

  /// The `size` bytes that were appended last, also when they have been consumed, as long as all of the content was and
  /// nothing was appended since.
  public func latest(_ size: Int) -> UnsafeRawBufferPointer {
    let end = isEmpty ? size : storage.pointee.tail
    precondition(size <= end && end <= storage.pointee.capacity)
    return UnsafeRawBufferPointer(start: storage.pointee.base + (end - size), count: size)
  }

  /// Makes room for `size` more bytes and returns where they go; `commit` then says how many were written.
  @inlinable public func reserve(_ size: Int) -> UnsafeMutableRawPointer {
    if storage.pointee.capacity &- storage.pointee.tail < size { makeRoom(size) }
    return storage.pointee.base + storage.pointee.tail
  }

  /// Free bytes behind the content, without moving anything.
  @inlinable public var room: Int { storage.pointee.capacity &- storage.pointee.tail }

  /// Counts `size` bytes, written where `reserve` said, as content.
  @inlinable public func commit(_ size: Int) {
    storage.pointee.tail &+= size
    assert(storage.pointee.tail <= storage.pointee.capacity)
  }

  @inlinable public func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    commit(bytes.count)
  }

  /// Drops everything behind the first `count` unconsumed bytes.
  @inlinable public func truncate(to count: Int) {
    precondition(count <= self.count)
    storage.pointee.tail = storage.pointee.head + count
  }

  /// Drops `size` bytes from the front. When nothing is left the storage starts again at its beginning.
  @inlinable public func consume(_ size: Int) {
    precondition(size <= count)
    storage.pointee.head &+= size
    if storage.pointee.head == storage.pointee.tail { removeAll() }
  }

  @inlinable public func removeAll() {
    storage.pointee.head = 0
    storage.pointee.tail = 0
  }

  /// Moves the content to the front, and to larger storage when that is not enough.
  @usableFromInline func makeRoom(_ size: Int) {
    let content = count
    if storage.pointee.capacity - content >= size && storage.pointee.head >= content {
      storage.pointee.base.copyMemory(from: storage.pointee.base + storage.pointee.head, byteCount: content)
    } else {
      let capacity = max(storage.pointee.capacity * 2, content + size)
      let grown = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
      grown.copyMemory(from: storage.pointee.base + storage.pointee.head, byteCount: content)
      storage.pointee.base.deallocate()
      storage.pointee.base = grown
      storage.pointee.capacity = capacity
    }
    storage.pointee.head = 0
    storage.pointee.tail = content
  }
}
