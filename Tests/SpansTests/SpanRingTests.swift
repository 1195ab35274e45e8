// The ring between a worker and whoever exports its spans.

import Spans
import Testing

@Suite("A ring of spans")
struct SpanRingTests {
  private static func withRing(_ body: (SpanRing) throws -> Void) rethrows {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: SpanRing.size, alignment: 4096)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: SpanRing.size)
    defer { memory.deallocate() }
    try body(SpanRing(at: memory))
  }

  private static func span(_ number: Int) -> SpanRecord {
    SpanRecord(
      traceIDHigh: UInt64(truncatingIfNeeded: number), traceIDLow: 5, spanID: UInt64(truncatingIfNeeded: number) << 1,
      parentID: 7,
      start: Int64(number), end: Int64(number) + 5, kind: number % 2 == 0 ? .server : .client, status: 14, flags: 3,
      edge: 9, drops: 0x101)
  }

  @Test("hands on what was put in, whole and in order, past its end")
  func order() {
    Self.withRing { ring in
      var (put, taken) = (0, 0)
      // Steps that share no factor with the capacity.
      while put < 3 * SpanRing.capacity {
        for _ in 0..<1009 {
          #expect(ring.append(Self.span(put)))
          put += 1
        }
        #expect(ring.count == put - taken)
        for record in ring.take(701) + ring.take(.max) {
          if record != Self.span(taken) { Issue.record("\(taken): \(record)") }
          taken += 1
        }
        #expect(taken == put && ring.count == 0)
      }
    }
  }

  @Test("refuses the newest when it is full, and takes again when there is room")
  func full() {
    Self.withRing { ring in
      for number in 0..<SpanRing.capacity { #expect(ring.append(Self.span(number))) }
      #expect(!ring.append(Self.span(-1)) && !ring.append(Self.span(-2)))
      #expect(ring.take(1) == [Self.span(0)])
      #expect(ring.append(Self.span(SpanRing.capacity)) && !ring.append(Self.span(-3)))
      let rest = ring.take(.max)
      #expect(rest.count == SpanRing.capacity && rest.first == Self.span(1))
      #expect(rest.last == Self.span(SpanRing.capacity))
      #expect(ring.take(.max).isEmpty)
    }
  }

  @Test("forgets what waits when it is told to")
  func cleared() {
    Self.withRing { ring in
      for number in 0..<100 { _ = ring.append(Self.span(number)) }
      ring.clear()
      #expect(ring.count == 0 && ring.take(.max).isEmpty)
      #expect(ring.append(Self.span(1)) && ring.take(.max) == [Self.span(1)])
    }
  }

  @Test("a worker that died while it wrote its count makes the reader read no more than there can be")
  func torn() {
    Self.withRing { ring in
      ring.memory.storeBytes(of: UInt64.max / 2, as: UInt64.self)
      #expect(ring.take(.max).count == SpanRing.capacity)
    }
  }
}
