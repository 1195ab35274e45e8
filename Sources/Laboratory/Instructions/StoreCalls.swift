// Loops over one call to a store: through the interface that all stores share, or by code that knows its store.

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

  /// Through the packed store's own functions.
  @inline(never)
  static func packedText(_ key: ContextKey, of context: PackedContext, _ count: Int) -> UInt64 {
    var sum = 0
    for _ in 0..<count { sum &+= context.text(key)?.count ?? 0 }
    return UInt64(truncatingIfNeeded: sum)
  }

  @inline(never)
  static func packedInteger(_ key: ContextKey, of context: PackedContext, _ count: Int) -> UInt64 {
    var sum: Int64 = 0
    for _ in 0..<count { sum &+= context.integer(key) ?? 0 }
    return UInt64(bitPattern: sum)
  }

  /// Text handed out as bytes.
  @inline(never)
  static func text(_ key: ContextKey, of context: RequestContext, _ count: Int) -> UInt64 {
    var sum = 0
    for _ in 0..<count { context.withText(key) { sum &+= $0.byteCount } }
    return UInt64(truncatingIfNeeded: sum)
  }

  @inline(never)
  static func integer(_ key: ContextKey, of context: RequestContext, _ count: Int) -> UInt64 {
    var sum: Int64 = 0
    for _ in 0..<count { sum &+= context.integer(key) ?? 0 }
    return UInt64(bitPattern: sum)
  }

  /// A field of the generated struct, as code reads it that is compiled against the schema.
  static func userField(of context: StandardContext, _ count: Int) -> UInt64 {
    var sum: Int64 = 0
    for _ in 0..<count { sum = adding(userOf: context, to: sum) }
    return UInt64(bitPattern: sum)
  }

  /// Out of line and given the sum, so that the read cannot be moved out of the loop.
  @inline(never)
  private static func adding(userOf context: borrowing StandardContext, to sum: Int64) -> Int64 {
    sum &+ (context.user ?? 0)
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
