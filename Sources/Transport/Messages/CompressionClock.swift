// Time that compressing header fields takes, while somebody clocks it.

/// Added up over all connections that are given it. Belongs to one thread.
public final class CompressionClock {
  /// Nanoseconds of a monotonic clock.
  private let time: () -> Int64
  /// Header blocks to fields, up to their being handed over; nanoseconds.
  private var unpacking: Int64 = 0
  /// Fields to header blocks, with the frames around them; nanoseconds.
  private var packing: Int64 = 0

  public init(_ time: @escaping () -> Int64) { self.time = time }

  public var now: Int64 { time() }

  public func didUnpack(since begin: Int64) { unpacking += now - begin }

  public func didPack(since begin: Int64) { packing += now - begin }

  /// What was packed since this was last taken.
  public func takePacking() -> Int64 {
    defer { packing = 0 }
    return packing
  }

  /// The same of both ways.
  public func take() -> Int64 {
    defer { unpacking = 0 }
    return takePacking() + unpacking
  }
}
