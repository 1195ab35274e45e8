// The packed image byte by byte, and what happens to one that is not what it should be.

import Statistics
import Context
import Testing

@Suite("A packed image")
struct PackedImageTests {
  private func full(_ kind: StoreKind) -> RequestContext {
    let context = kind.makeContext()
    context.setSpanContext(.sample)
    context.set(.requestID, "0123456789abcdef")
    context.setInteger(.user, -2)
    context.set(.tenant, "a tenant longer than a field")
    context.setTraceState("rojo=00f067aa0ba902b7")
    context.set("groesse", "ü")
    return context
  }

  @Test("has the documented bytes", arguments: StoreKind.compared)
  func bytes(kind: StoreKind) {
    let context = kind.makeContext()
    context.setSpanContext(.sample)
    context.set(.requestID, "abc")
    context.setInteger(.user, 0x0102_0304_0506_0708)
    context.set("k", "v")
    var expected: [UInt8] = [0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47]
    expected += [0x36, 0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7, 0x01, 0x03, 0x01, 0x00]
    expected += [8, 7, 6, 5, 4, 3, 2, 1]
    expected += [3, 0x61, 0x62, 0x63] + Array(repeating: 0, count: 13)
    expected += Array(repeating: 0, count: 17)
    expected += [1, 1, 1, 0, 0x6b, 0x76]
    #expect(context.image() == expected)
  }

  @Test("moves between every two stores without loss", arguments: StoreKind.compared, StoreKind.compared)
  func lossless(from: StoreKind, to: StoreKind) {
    let source = full(from)
    let image = source.image()
    let copy = to.makeContext()
    image.withUnsafeBytes { bytes in
      let isRead = copy.readPacked(bytes)
      #expect(isRead)
      #expect(copy.snapshot == source.snapshot)
      #expect(copy.spanContext() == source.spanContext())
    }
  }

  @Test("is refused when it is cut at any byte but between two records", arguments: StoreKind.compared)
  func truncation(kind: StoreKind) {
    let image = full(.packed).image()
    var whole = 0
    for size in 0..<image.count {
      let cut = Array(image[..<size])
      let context = kind.makeContext()
      let isRead = cut.withUnsafeBytes { context.readPacked($0) }
      if isRead { whole += 1 } else { #expect(context.snapshot == ContextSnapshot()) }
      // A record more or less is another valid image: three records, so three such places.
      if isRead { #expect(size >= PackedLayout.headSize) }
      context.reset()
    }
    #expect(whole == 3)
  }

  @Test("when mutated is refused, or read alike by every store", arguments: 1...20 as ClosedRange<UInt64>)
  func mutation(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let original = full(.packed).image()
    let packed = StoreKind.packed.makeContext()
    let map = StoreKind.map.makeContext()
    var acceptedCount = 0
    for _ in 0..<1_000 {
      var image = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let offset = Int.random(in: 0..<image.count, using: &random)
        switch random.next() % 4 {
        case 0: image[offset] = UInt8(truncatingIfNeeded: random.next())
        case 1: image[offset] ^= 1 << UInt8(random.next() % 8)
        case 2: image.insert(UInt8(truncatingIfNeeded: random.next()), at: offset)
        default: image.remove(at: offset)
        }
      }
      image.withUnsafeBytes { bytes in
        let isRead = packed.readPacked(bytes)
        #expect(map.readPacked(bytes) == isRead, "seed \(seed)")
        #expect(packed.snapshot == map.snapshot, "seed \(seed)")
        if isRead { acceptedCount += 1 }
        packed.set(.requestID, "written")
        packed.set("new", "entry")
        #expect(packed.text(.requestID) == "written", "seed \(seed)")
        packed.reset()
        map.reset()
      }
    }
    #expect(acceptedCount > 0 && acceptedCount < 1_000, "seed \(seed)")
  }

  @Test("of random bytes is refused")
  func randomBytes() {
    var random = SeededGenerator(seed: 99)
    let context = StoreKind.packed.makeContext()
    for _ in 0..<5_000 {
      let image = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      }
      let isRead = image.withUnsafeBytes { context.readPacked($0) }
      #expect(!isRead)
    }
  }

  @Test("with many names is checked for duplicates")
  func duplicates() {
    let context = StoreKind.packed.makeContext()
    for index in 0..<200 { context.set("name-\(index)", "v") }
    let image = context.image()
    #expect(ContextSnapshot(packedImage: image)?.entries.count == 200)
    let record = Array("\u{1}\u{6}\u{1}\0name-7v".utf8)
    #expect(ContextSnapshot(packedImage: image + record) == nil)
    let unique = Array("\u{1}\u{6}\u{1}\0name-xv".utf8)
    #expect(ContextSnapshot(packedImage: image + unique)?.entries.count == 201)
  }
}
