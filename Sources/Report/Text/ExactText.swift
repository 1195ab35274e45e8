// Numbers for machines, and for people who check: in full, as the document holds them. It never rounds.

internal import Results

enum ExactText {
  /// The shortest text that reads back as the same number.
  static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 0x1p53 ? String(Int64(value)) : String(value)
  }

  static func number(_ value: Double?) -> String { value.map { number($0) } ?? NumberText.missing }
}
