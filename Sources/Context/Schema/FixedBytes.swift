// So many bytes in place: the value of a field of type `bytes`.

package struct FixedBytes<let size: Int>: Equatable, Sendable {
  private var storage: InlineArray<size, UInt8>

  /// All zero.
  package init() { storage = InlineArray(repeating: 0) }

  /// The `size` bytes at `source`.
  package init(at source: UnsafeRawPointer) {
    storage = InlineArray { source.load(fromByteOffset: $0, as: UInt8.self) }
  }

  /// Nil when there are more or fewer bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == size else { return nil }
    storage = InlineArray(repeating: 0)
    for (index, byte) in bytes.enumerated() { storage[index] = byte }
  }

  package subscript(_ index: Int) -> UInt8 {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  /// Writes `size` bytes.
  package func write(to destination: UnsafeMutableRawPointer) {
    for index in 0..<size { destination.storeBytes(of: storage[index], toByteOffset: index, as: UInt8.self) }
  }

  package static func == (left: Self, right: Self) -> Bool {
    for index in 0..<size where left.storage[index] != right.storage[index] { return false }
    return true
  }
}
