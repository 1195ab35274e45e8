// A cancel frame: which request its caller gave up, when, and whether the callee is to go on all the same.

public import Bytes

public struct CancelFrame {
  public let id: UInt64
  public let givenUpAt: GiveUpTime
  /// The edge says `deadline: ignore`, so that in a system without this program nothing would have been sent. The callee
  /// goes on, and counts what it does from now on.
  public let goesOn: Bool

  public init(id: UInt64, givenUpAt: GiveUpTime, goesOn: Bool = false) {
    self.id = id
    self.givenUpAt = givenUpAt
    self.goesOn = goesOn
  }

  /// - Parameter frame: of type `cancel`.
  public init(_ frame: Frame) {
    self.init(
      id: frame.id, givenUpAt: GiveUpTime(rawValue: frame.deadline), goesOn: frame.flags & FrameFlags.orphan != 0)
  }

  public func write(to buffer: ByteBuffer) {
    FrameWriter(
      to: buffer, type: .cancel, flags: goesOn ? FrameFlags.orphan : 0, id: id, deadline: givenUpAt.rawValue
    ).finish(payloadSize: 0)
  }
}

/// When the first caller of a path gave up. It is handed on from hop to hop, so that every node on one machine knows how
/// long it took to hear of it.
public struct GiveUpTime: Equatable, Sendable {
  /// Microseconds of CLOCK_MONOTONIC, the low 32 bits; 0: not known.
  public let rawValue: UInt32

  /// Ages that are longer come from another machine's clock.
  public static var ageMax: Int64 { 60_000_000_000 }

  public static var unknown: GiveUpTime { GiveUpTime(rawValue: 0) }

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public init(nanoseconds: Int64) { rawValue = max(1, UInt32(truncatingIfNeeded: nanoseconds / 1000)) }

  /// Nanoseconds since then, a multiple of 1000; nil when that is not known.
  public func age(at now: Int64) -> Int64? {
    guard rawValue != 0 else { return nil }
    let age = Int64(UInt32(truncatingIfNeeded: now / 1000) &- rawValue) &* 1000
    return age <= GiveUpTime.ageMax ? age : nil
  }
}
