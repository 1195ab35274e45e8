// Spans on their way from a worker to whoever exports them: a ring in memory that both map, with one writer and one
// reader, that nobody waits at.

internal import Synchronization

/// A full ring drops the newest; whoever writes counts them. The words that say how far writer and reader are lie in cache lines
/// of their own.
package struct SpanRing {
  /// Records in a ring: at 30 000 traced requests a second, of two spans each, a quarter of a second.
  package static let capacity = 16_384
  /// Bytes before the records.
  private static let headSize = 4096
  /// Bytes of a ring; the memory is touched only as far as it is used.
  package static let size = headSize + capacity * SpanRecord.size
  private static let mask = UInt64(capacity - 1)

  /// Where it lies.
  package let memory: UnsafeMutableRawPointer
  private let written: UnsafeMutablePointer<Atomic<UInt64>>
  private let read: UnsafeMutablePointer<Atomic<UInt64>>
  private let records: UnsafeMutablePointer<SpanRecord>

  /// - Parameter memory: `size` bytes, zeroed before the first use, aligned to a cache line.
  package init(at memory: UnsafeMutableRawPointer) {
    precondition(MemoryLayout<SpanRecord>.stride == SpanRecord.size, "a span is one cache line")
    self.memory = memory
    written = memory.assumingMemoryBound(to: Atomic<UInt64>.self)
    read = (memory + 64).assumingMemoryBound(to: Atomic<UInt64>.self)
    records = (memory + SpanRing.headSize).assumingMemoryBound(to: SpanRecord.self)
  }

  /// The rings of so many workers, in memory that holds them.
  package static func rings(at memory: UnsafeMutableRawPointer, count: Int) -> [SpanRing] {
    (0..<count).map { SpanRing(at: memory + $0 * size) }
  }

  // MARK: The writer

  /// False when the ring is full.
  @inline(__always)
  package func append(_ record: SpanRecord) -> Bool {
    let position = written.pointee.load(ordering: .relaxed)
    guard position &- read.pointee.load(ordering: .acquiring) < UInt64(SpanRing.capacity) else { return false }
    records[Int(position & SpanRing.mask)] = record
    written.pointee.store(position &+ 1, ordering: .releasing)
    return true
  }

  // MARK: The reader

  /// Spans that wait to be read.
  package var count: Int {
    Int(written.pointee.load(ordering: .acquiring) &- read.pointee.load(ordering: .relaxed))
  }

  /// Takes at most so many, the oldest first.
  package func take(_ countMax: Int) -> [SpanRecord] {
    let position = read.pointee.load(ordering: .relaxed)
    // Whoever wrote the words may have died over them.
    let available = min(written.pointee.load(ordering: .acquiring) &- position, UInt64(SpanRing.capacity))
    let count = min(Int(available), countMax)
    let taken = (0..<UInt64(count)).map { records[Int((position &+ $0) & SpanRing.mask)] }
    read.pointee.store(position &+ UInt64(count), ordering: .releasing)
    return taken
  }

  /// Forgets whatever waits.
  package func clear() {
    read.pointee.store(written.pointee.load(ordering: .acquiring), ordering: .releasing)
  }
}
