// Cases of the bytes of a span context alone: no propagator, no carrier, no store.

internal import Context

enum CodecCalls {
  private static let span = ContextFill(growth: .shadow, layers: 1).span

  @inline(__always)
  static func write(
    _ name: String, _ size: Int, goal: Int?,
    _ write: @escaping @Sendable (SpanContext, UnsafeMutableRawPointer) -> Void
  ) -> InstructionCase {
    InstructionCase("\(name)-write", goal: goal, deducting: "loop-alone") {
      let bytes = Bytes(size)
      return { count in
        var span = span
        for _ in 0..<count {
          write(span, bytes.start)
          span.spanID &+= UInt64(bytes.last)
        }
        return span.spanID
      }
    }
  }

  @inline(__always)
  static func read(
    _ name: String, _ size: Int, goal: Int?,
    _ write: @escaping @Sendable (SpanContext, UnsafeMutableRawPointer) -> Void,
    _ read: @escaping @Sendable (UnsafeRawBufferPointer) -> SpanContext?
  ) -> InstructionCase {
    InstructionCase("\(name)-read", goal: goal, deducting: "loop-alone") {
      let bytes = Bytes(size)
      write(span, bytes.start)
      return { count in
        var sum: UInt64 = 0
        for _ in 0..<count {
          if let span = read(bytes.all) { sum &+= span.traceIDHigh ^ span.traceIDLow ^ span.spanID }
        }
        return sum
      }
    }
  }

  private final class Bytes {
    let start: UnsafeMutableRawPointer
    private let size: Int

    init(_ size: Int) {
      self.size = size
      start = .allocate(byteCount: size, alignment: 8)
      start.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    }

    deinit { start.deallocate() }

    var all: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: size) }
    var last: UInt8 { start.load(fromByteOffset: size - 1, as: UInt8.self) }
  }
}
