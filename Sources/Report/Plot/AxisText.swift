// Numbers as an axis shows them: short, without digits that say nothing.

internal import Results

enum AxisText {
  /// `0`, `0.5`, `20`, `3k`, `1.5M`.
  static func short(_ value: Double) -> String {
    let size = abs(value)
    if size >= 1e9 { return trimmed(value / 1e9) + "G" }
    if size >= 1e6 { return trimmed(value / 1e6) + "M" }
    if size >= 1e3 { return trimmed(value / 1e3) + "k" }
    return trimmed(value)
  }

  /// Nanoseconds, in µs.
  static func microseconds(_ nanoseconds: Double) -> String { short(nanoseconds / 1_000) }

  private static func trimmed(_ value: Double) -> String {
    var text = NumberText.fixed(value, abs(value) < 0.1 ? 3 : abs(value) < 10 ? 2 : abs(value) < 100 ? 1 : 0)
    guard text.contains(".") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }
}
