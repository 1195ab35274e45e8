// Bytes that a store holds, in room that it keeps from request to request.

/// The owner frees it. A copy is the same room.
struct KeptBytes {
  private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var count = 0

  private static var roomMin: Int { 32 }
  /// Room that a larger text needed is given back when the text goes.
  private static var roomKeptMax: Int { 1 << 10 }

  func deallocate() { room.deallocate() }

  var isEmpty: Bool { count == 0 }
  /// Good until the next change.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: room[..<count]) }

  mutating func set(_ value: RawSpan) {
    value.withUnsafeBytes { value in
      if value.count > room.count { reallocate(value.count) }
      room.copyMemory(from: value)
      count = value.count
    }
  }

  mutating func removeAll() {
    count = 0
    if room.count > KeptBytes.roomKeptMax { giveBack() }
  }

  /// The content is lost.
  @inline(never)
  private mutating func reallocate(_ size: Int) {
    room.deallocate()
    room = .allocate(byteCount: max(size, KeptBytes.roomMin), alignment: 8)
  }

  @inline(never)
  private mutating func giveBack() {
    room.deallocate()
    room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }
}
