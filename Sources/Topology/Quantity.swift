// Numbers with units as topologies write them: durations, sizes, shares. Text to number and back, without a place.

package enum Quantity {
  /// Nanoseconds.
  package static let durationUnits: [(name: String, scale: Int64)] = [
    ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
  ]
  /// Bytes. `GB` and `GiB` are over every limit, and are known so that the message says that.
  package static let sizeUnits: [(name: String, scale: Int64)] = [
    ("B", 1), ("kB", 1_000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20), ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
  ]

  package enum Problem: Error, Equatable {
    case notANumber
    case noUnit
    case unknownUnit(String)
    case notWhole
    case outOfRange
  }

  /// `text` in the unit of scale 1: decimal digits with at most one point, then a unit. A zero needs no unit, and with a
  /// `bareScale` no number does.
  package static func parse(
    _ text: String, units: [(name: String, scale: Int64)], bareScale: Int64? = nil, max: Int64
  ) throws(Problem) -> Int64 {
    var rest = text.utf8[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    let whole = rest.prefix(while: isDigit)
    rest = rest[whole.endIndex...]
    var fraction = rest[rest.startIndex..<rest.startIndex]
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix(while: isDigit)
      rest = rest[fraction.endIndex...]
      guard !fraction.isEmpty else { throw .notANumber }
    }
    guard !whole.isEmpty else { throw .notANumber }
    let isZero = [whole, fraction].joined().allSatisfy { $0 == UInt8(ascii: "0") }
    guard let unit = String(rest) else { throw .notANumber }
    if unit.isEmpty, bareScale == nil {
      if isZero { return 0 }
      throw .noUnit
    }
    guard let scale = unit.isEmpty ? bareScale : units.first(where: { $0.name == unit })?.scale else {
      throw .unknownUnit(unit)
    }
    if isZero { return 0 }
    if isNegative { throw .outOfRange }
    return try scaled(whole: whole, fraction: fraction, by: scale, max: max)
  }

  private static func scaled(
    whole: Substring.UTF8View, fraction: Substring.UTF8View, by scale: Int64, max: Int64
  ) throws(Problem) -> Int64 {
    guard let units = Int64(Substring(whole)) else { throw .outOfRange }
    let product = units.multipliedReportingOverflow(by: scale)
    guard !product.overflow, product.partialValue <= max else { throw .outOfRange }
    var digits = Substring(fraction)
    while digits.last == "0" { digits.removeLast() }
    guard !digits.isEmpty else { return product.partialValue }
    // 18 digits fit 64 bits; a whole result never has more than 10 of them.
    guard digits.utf8.count <= 18, let numerator = UInt64(digits) else { throw .notWhole }
    let divisor = (0..<digits.utf8.count).reduce(UInt64(1)) { power, _ in power * 10 }
    let (quotient, remainder) = divisor.dividingFullWidth(numerator.multipliedFullWidth(by: UInt64(scale)))
    guard remainder == 0 else { throw .notWhole }
    guard Int64(quotient) <= max - product.partialValue else { throw .outOfRange }
    return product.partialValue + Int64(quotient)
  }

  /// A share 0…1: `0.3`, or `0.1%`.
  package static func parseShare(_ text: String) throws(Problem) -> Double {
    var number = text[...]
    let isPercentage = number.last == "%"
    if isPercentage { number = number.dropLast() }
    guard number.utf8.allSatisfy({ isDigit($0) || ".eE+-".utf8.contains($0) }), let first = number.utf8.first,
      isDigit(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: ".")
    else { throw .notANumber }
    // The text is scaled, not the number, so that 0.1% is the double nearest to 0.001.
    let hasExponent = number.utf8.contains { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
    let parsed = isPercentage && !hasExponent ? Double(number + "e-2") : Double(number)
    guard var value = parsed else { throw .notANumber }
    if isPercentage && hasExponent { value /= 100 }
    guard value >= 0, value <= 1 else { throw .outOfRange }
    return value == 0 ? 0 : value
  }

  /// Text that `parse` reads back as `value`, in the largest unit that leaves it whole.
  package static func text(_ value: Int64, units: [(name: String, scale: Int64)]) -> String {
    guard value != 0 else { return "0" }
    let unit = units.last { value % $0.scale == 0 } ?? units[0]
    return "\(value / unit.scale)\(unit.name)"
  }

  /// Text that `parseShare` reads back as exactly `value`.
  package static func text(share value: Double) -> String { value == 0 ? "0" : value == 1 ? "1" : "\(value)" }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
