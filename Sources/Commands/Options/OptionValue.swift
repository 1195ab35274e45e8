// Values of options that say what they expect, so that a wrong one is answered with more than that it is wrong.

internal import ArgumentParser
internal import Topology

/// An option of such a value, or of an optional one, needs no more than its declaration.
protocol OptionValue: ExpressibleByArgument, Sendable {
  /// As in "expected a duration such as 250ms".
  static var expected: String { get }
  /// Whether a value that can be read is one that the program takes.
  var isTaken: Bool { get }
}

extension OptionValue {
  var isTaken: Bool { true }

  @Sendable fileprivate static func read(_ text: String) throws -> Self {
    guard let value = Self(argument: text), value.isTaken else { throw ValidationError("expected \(expected)") }
    return value
  }
}

extension Option where Value: OptionValue & CustomStringConvertible {
  init(wrappedValue: Value, name: NameSpecification = .long, help: ArgumentHelp? = nil) {
    self.init(wrappedValue: wrappedValue, name: name, help: help.with(wrappedValue), transform: Value.read)
  }

  init(name: NameSpecification = .long, help: ArgumentHelp? = nil) {
    self.init(name: name, help: help, transform: Value.read)
  }
}

extension Option {
  init<T: OptionValue>(name: NameSpecification = .long, help: ArgumentHelp? = nil) where Value == T? {
    self.init(name: name, help: help, transform: T.read)
  }
}

/// Bytes, which have no type of their own.
extension Option where Value == Int {
  init(wrappedValue: Int, bytes help: ArgumentHelp) {
    self.init(wrappedValue: wrappedValue, help: Optional(help).with(wrappedValue), transform: ByteSize.read)
  }
}

extension Option where Value == Int? {
  init(bytes help: ArgumentHelp) { self.init(help: help, transform: ByteSize.read) }
}

extension ArgumentHelp? {
  /// ArgumentParser shows no default of an option that it does not read itself.
  fileprivate func with(_ value: some CustomStringConvertible) -> ArgumentHelp {
    var help = self ?? ""
    help.abstract += " (default: \(value))"
    return help
  }
}

extension Int: OptionValue {
  static var expected: String { "a whole number such as 64" }
}

/// Seeds. Results name theirs as a number of JSON, which is exact everywhere only as far as a double is.
extension UInt64: OptionValue {
  private static let taken: ClosedRange<UInt64> = 0...(1 << 53) - 1
  static var expected: String { "a whole number 0 to \(taken.upperBound)" }
  var isTaken: Bool { Self.taken.contains(self) }
}

extension Double: OptionValue {
  static var expected: String { "a number without a unit, such as 1000 or 0.5" }
}

/// Bytes, as topologies write them: `4KiB`, or a bare number.
enum ByteSize {
  @Sendable static func read(_ text: String) throws -> Int {
    let units = Quantity.sizeUnits
    do throws(Quantity.Problem) {
      return Int(try Quantity.parse(text, units: units, bareScale: 1, max: Int64(Int.max)))
    } catch {
      let names = units.map(\.name).joined(separator: ", ")
      throw ValidationError("expected a size such as 512 or 4KiB; units: \(names)")
    }
  }
}

/// Names separated by commas; blanks around them are nobody's.
enum NameList {
  static func read(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map { name in
      let front = name.drop(while: \.isWhitespace)
      return String(front.reversed().drop(while: \.isWhitespace).reversed())
    }
  }
}
