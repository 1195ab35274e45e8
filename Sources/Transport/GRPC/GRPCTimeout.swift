// `grpc-timeout`: up to eight digits and a unit. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md

internal import TransportHTTP1

enum GRPCTimeout {
  private static var numberMax: UInt32 { 99_999_999 }
  /// Digits and unit.
  static var sizeMax: Int { 9 }

  /// Writes microseconds, in milliseconds where they are too many: rounded down, so that nobody waits longer. Returns where
  /// the text ends.
  static func write(_ microseconds: UInt32, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let isLong = microseconds > numberMax
    let end = HTTP1Digits.write(Int(isLong ? microseconds / 1000 : microseconds), to: start)
    end.storeBytes(of: isLong ? UInt8(ascii: "m") : UInt8(ascii: "u"), as: UInt8.self)
    return end + 1
  }

  /// Microseconds, at least 1: a time that is over is not none. Nil for what is no timeout.
  static func read(_ text: UnsafeRawBufferPointer) -> UInt32? {
    guard text.count >= 2, text.count <= sizeMax, let unit = text.last,
      let number = HTTP1Text.number(UnsafeRawBufferPointer(rebasing: text.dropLast()))
    else { return nil }
    let microseconds: Int
    switch unit {
    case UInt8(ascii: "H"): microseconds = number * 3_600_000_000
    case UInt8(ascii: "M"): microseconds = number * 60_000_000
    case UInt8(ascii: "S"): microseconds = number * 1_000_000
    case UInt8(ascii: "m"): microseconds = number * 1_000
    case UInt8(ascii: "u"): microseconds = number
    case UInt8(ascii: "n"): microseconds = number / 1_000
    default: return nil
    }
    return UInt32(clamping: max(1, microseconds))
  }
}
