// The field `date`: RFC 9110, 5.6.7 and 6.6.1.

public enum HTTP1Date {
  /// Bytes of `Sun, 06 Nov 1994 08:49:37 GMT`.
  public static var size: Int { 29 }

  /// Writes a time.
  ///
  /// - Parameter seconds: since 1970, UTC; the years 1970 to 9999.
  public static func write(_ seconds: Int, to start: UnsafeMutableRawPointer) {
    let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
    let (year, month, day) = date(days)
    var next = name("ThuFriSatSunMonTueWed", days % 7, to: start)
    next = HTTP1Digits.write(", ", to: next)
    next = pair(day, to: next)
    next = HTTP1Digits.write(" ", to: next)
    next = name("JanFebMarAprMayJunJulAugSepOctNovDec", month - 1, to: next)
    next = HTTP1Digits.write(" ", to: next)
    next = pair(year / 100, to: next)
    next = pair(year % 100, to: next)
    next = HTTP1Digits.write(" ", to: next)
    next = pair(time / 3600, to: next)
    next = HTTP1Digits.write(":", to: next)
    next = pair(time / 60 % 60, to: next)
    next = HTTP1Digits.write(":", to: next)
    next = pair(time % 60, to: next)
    _ = HTTP1Digits.write(" GMT", to: next)
  }

  /// Of a day since 1970, by years that begin in March: a leap day is then a year's last.
  private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func name(_ names: StaticString, _ index: Int, to start: UnsafeMutableRawPointer)
    -> UnsafeMutableRawPointer
  {
    start.copyMemory(from: names.utf8Start + 3 * index, byteCount: 3)
    return start + 3
  }

  private static func pair(_ number: Int, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    start.storeBytes(of: UInt8(0x30 + number / 10), as: UInt8.self)
    start.storeBytes(of: UInt8(0x30 + number % 10), toByteOffset: 1, as: UInt8.self)
    return start + 2
  }
}
