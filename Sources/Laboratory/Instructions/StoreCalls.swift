// Loops over one call to a store, through the interface that all stores share, as a service's code calls it.

internal import Context

enum StoreCalls {
  /// The loop alone.
  static func none(_ count: Int) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<count { sum = opaque(sum) }
    return sum
  }

  @inline(never)
  private static func opaque(_ value: UInt64) -> UInt64 { value &+ 1 }

  /// Text handed out as bytes.
  static func text(_ key: ContextKey, of context: RequestContext, _ count: Int) -> UInt64 {
    var sum = 0
    for _ in 0..<count { context.withText(key) { sum &+= $0.byteCount } }
    return UInt64(truncatingIfNeeded: sum)
  }

  static func integer(_ key: ContextKey, of context: RequestContext, _ count: Int) -> UInt64 {
    var sum: Int64 = 0
    for _ in 0..<count { sum &+= context.integer(key) ?? 0 }
    return UInt64(bitPattern: sum)
  }
}

/// A packed store that views an image in received bytes, as a node's does until it writes.
final class ReceivedImage {
  let context = PackedContext()
  private let image: UnsafeMutableRawBufferPointer

  init(of fill: ContextFill) {
    let sender = PackedContext()
    fill.build(sender)
    image = .allocate(byteCount: sender.packedSize(), alignment: 8)
    sender.writePacked(to: image.baseAddress!)
    let isWhole = context.readPacked(UnsafeRawBufferPointer(image))
    precondition(isWhole, "what a packed store writes is valid")
  }

  deinit { image.deallocate() }
}
