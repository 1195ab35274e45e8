// What every request says beside its context and its payload, over every transport.

public struct RequestHead {
  /// What a reply and a cancel refer to: no two requests under way on one connection have the same.
  public var tag: UInt64
  /// Microseconds left; 0: no deadline.
  public var deadline: UInt32
  /// Deliveries that are left, this one included; 1: the callee makes no calls.
  public var hopsLeft: UInt16
  public var flags: RequestFlags

  @inlinable
  public init(tag: UInt64, deadline: UInt32 = 0, hopsLeft: UInt16 = 0, flags: RequestFlags = []) {
    self.tag = tag
    self.deadline = deadline
    self.hopsLeft = hopsLeft
    self.flags = flags
  }
}

public struct RequestFlags: OptionSet, Sendable {
  public let rawValue: UInt8

  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The reply carries the context that each node on the path saw.
  @inlinable public static var echo: RequestFlags { RequestFlags(rawValue: 1 << 0) }
  /// Each node on the path clocks its stages.
  @inlinable public static var stages: RequestFlags { RequestFlags(rawValue: 1 << 1) }
  /// Nobody waits for the answer any more.
  @inlinable public static var abandoned: RequestFlags { RequestFlags(rawValue: 1 << 2) }
}
