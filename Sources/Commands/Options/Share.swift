// A share of a whole as an option takes it: `50%` or `0.5`.

internal import ArgumentParser

struct Share: OptionValue {
  static let expected = "a share such as 50% or 0.5"

  /// 0…1 where the option allows no more.
  let value: Double
  /// As it was given.
  let text: String

  /// Of a share that is a difference to be found.
  func checkDifference(_ option: String) throws {
    guard (0.001...0.5).contains(value) else { throw ValidationError("\(option): expected 0.1% to 50%, got \(text)") }
  }

  static let none = Share(value: 0, text: "0%")

  private init(value: Double, text: String) {
    self.value = value
    self.text = text
  }

  /// Of a share that is a part of something.
  func checkPart(_ option: String) throws {
    guard (0...1).contains(value) else { throw ValidationError("\(option): expected 0% to 100%, got \(text)") }
  }

  init?(argument: String) {
    let isPercent = argument.hasSuffix("%")
    guard let number = Double(isPercent ? argument.dropLast() : argument[...]), number.isFinite else { return nil }
    value = isPercent ? number / 100 : number
    text = argument
  }
}
