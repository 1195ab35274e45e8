// When a request was cancelled, in a form that fits into a message of any transport.

/// When the first caller of a path gave up. It is handed on from hop to hop, so that every node on one machine knows how
/// long it took to hear of it.
public struct CancelTime: Equatable, Sendable {
  /// Microseconds of CLOCK_MONOTONIC, the low 32 bits; 0: not known.
  public let rawValue: UInt32

  /// Ages that are longer come from another machine's clock.
  public static var ageMax: Int64 { 60_000_000_000 }

  public static var unknown: CancelTime { CancelTime(rawValue: 0) }

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public init(nanoseconds: Int64) { rawValue = max(1, UInt32(truncatingIfNeeded: nanoseconds / 1000)) }

  /// Nanoseconds since then, a multiple of 1000; nil when that is not known.
  public func age(at now: Int64) -> Int64? {
    guard rawValue != 0 else { return nil }
    let age = Int64(UInt32(truncatingIfNeeded: now / 1000) &- rawValue) &* 1000
    return age <= CancelTime.ageMax ? age : nil
  }
}
