// The names of all fields that some rule is about, found by size first.

/// At most as many names as a gateway has rules, of at most 64 bytes each.
struct WatchedFields {
  private static let sizeMax = 64

  let count: Int
  /// Names one behind the other, those of one size together.
  private let bytes: UnsafeMutablePointer<UInt8>
  private let offsets: UnsafeMutablePointer<Int32>
  /// Position of the name in the list that it came from.
  private let numbers: UnsafeMutablePointer<Int32>
  /// Names of size s are `first[s]` ..< `first[s + 1]`.
  private let first: UnsafeMutablePointer<Int32>

  /// - Parameter names: in lower case, none twice.
  init(_ names: [String]) {
    let sorted = names.enumerated().sorted { $0.element.utf8.count < $1.element.utf8.count }
    count = names.count
    bytes = .allocate(capacity: max(1, names.reduce(0) { $0 + $1.utf8.count }))
    offsets = .allocate(capacity: max(1, count))
    numbers = .allocate(capacity: max(1, count))
    first = .allocate(capacity: WatchedFields.sizeMax + 2)
    var offset = 0
    for (index, entry) in sorted.enumerated() {
      let name = Array(entry.element.utf8)
      (bytes + offset).initialize(from: name, count: name.count)
      (offsets + index).initialize(to: Int32(offset))
      (numbers + index).initialize(to: Int32(entry.offset))
      offset += name.count
    }
    for size in 0...WatchedFields.sizeMax + 1 {
      (first + size).initialize(to: Int32(sorted.count { $0.element.utf8.count < size }))
    }
  }

  func deallocate() {
    bytes.deallocate()
    offsets.deallocate()
    numbers.deallocate()
    first.deallocate()
  }

  /// The position of that name, compared without case; -1 when no rule is about it.
  func index(of name: UnsafeRawBufferPointer) -> Int {
    let size = name.count
    guard size <= WatchedFields.sizeMax, let start = name.baseAddress else { return -1 }
    for candidate in Int(first[size])..<Int(first[size &+ 1]) {
      let known = bytes + Int(offsets[candidate])
      var offset = 0
      while offset < size, WatchedFields.lowercase(start.load(fromByteOffset: offset, as: UInt8.self)) == known[offset]
      {
        offset &+= 1
      }
      if offset == size { return Int(numbers[candidate]) }
    }
    return -1
  }

  @inline(__always)
  private static func lowercase(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
