// ByteBuffer against an array of bytes that does the same.

import Bytes
import Statistics
import TestSupport
import Testing

@Suite("A byte buffer")
struct ByteBufferTests {
  @Test("behaves like an array under random operations", arguments: 1...20)
  func model(round: Int) {
    var random = TestSeed.generator("byte buffer \(round)", standard: UInt64(round))
    let buffer = ByteBuffer(capacity: random.next(below: 300))
    defer { buffer.deallocate() }
    var model: [UInt8] = []
    for step in 0..<2_000 {
      switch random.next(below: 7) {
      case 0, 1:
        let bytes = random.bytes(random.next(below: random.chance(0.1) ? 4_000 : 40))
        bytes.withUnsafeBytes { buffer.append($0) }
        model += bytes
      case 2:
        let reserved = random.next(below: 600)
        let place = buffer.reserve(reserved)
        #expect(buffer.room >= reserved)
        let bytes = random.bytes(random.next(below: reserved + 1))
        UnsafeMutableRawBufferPointer(start: place, count: bytes.count).copyBytes(from: bytes)
        buffer.commit(bytes.count)
        model += bytes
      case 3, 4:
        let size = random.chance(0.1) ? model.count : random.next(below: model.count + 1)
        buffer.consume(size)
        model.removeFirst(size)
      case 5:
        let count = random.next(below: model.count + 1)
        buffer.truncate(to: count)
        model.removeLast(model.count - count)
      default:
        guard !model.isEmpty else { continue }
        let offset = random.next(below: model.count)
        let byte = UInt8(truncatingIfNeeded: random.next())
        buffer.pointer(at: offset).storeBytes(of: byte, as: UInt8.self)
        model[offset] = byte
      }
      #expect(buffer.count == model.count)
      #expect(buffer.isEmpty == model.isEmpty)
      guard Array(buffer.readable) == model else {
        Issue.record("content differs after step \(step)")
        return
      }
    }
  }

  @Test("starts again at its beginning when nothing is left, so it does not grow")
  func steadyState() {
    let buffer = ByteBuffer(capacity: 256)
    defer { buffer.deallocate() }
    let bytes = [UInt8](repeating: 7, count: 200)
    for _ in 0..<1_000 {
      bytes.withUnsafeBytes { buffer.append($0) }
      buffer.consume(200)
    }
    #expect(buffer.capacity == 256)
    #expect(buffer.room == 256)
  }

  @Test("moves what is left to the front instead of growing, when that makes room")
  func compaction() {
    let buffer = ByteBuffer(capacity: 128)
    defer { buffer.deallocate() }
    Array(0..<UInt8(120)).withUnsafeBytes { buffer.append($0) }
    buffer.consume(100)
    _ = buffer.reserve(100)
    #expect(buffer.capacity == 128)
    #expect(Array(buffer.readable) == Array(100..<120))
  }

  @Test("keeps its content when it grows", arguments: [1, 63, 64, 65, 1_000, 100_000])
  func growth(size: Int) {
    let buffer = ByteBuffer(capacity: 0)
    defer { buffer.deallocate() }
    #expect(buffer.capacity == 64)
    [1, 2, 3].withUnsafeBytes { buffer.append($0) }
    buffer.consume(8)
    let rest = Array(buffer.readable)
    _ = buffer.reserve(size)
    #expect(buffer.room >= size)
    #expect(Array(buffer.readable) == rest)
  }

  @Test("has what was appended last, also when all of it was consumed")
  func latest() {
    let buffer = ByteBuffer(capacity: 64)
    defer { buffer.deallocate() }
    [UInt8](1...50).withUnsafeBytes { buffer.append($0) }
    #expect(Array(buffer.latest(3)) == [48, 49, 50])
    buffer.consume(20)
    #expect(Array(buffer.latest(30)) == [UInt8](21...50))
    buffer.removeAll()
    #expect(Array(buffer.latest(50)) == [UInt8](1...50))
  }

  @Test("appends nothing from an empty pointer")
  func emptyPointer() {
    let buffer = ByteBuffer(capacity: 64)
    defer { buffer.deallocate() }
    buffer.append(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(buffer.isEmpty)
    buffer.removeAll()
    #expect(Array(buffer.readable) == [])
  }
}
