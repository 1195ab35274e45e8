// Rows as comma-separated values (RFC 4180, with line feeds alone): a field is quoted where it must be.

package struct CSVTable {
  package let columns: [String]
  package var rows: [[String]] = []

  package var text: String {
    ([columns] + rows).map { $0.map(Self.field).joined(separator: ",") + "\n" }.joined()
  }

  package static func field(_ text: String) -> String {
    let mustBeQuoted = text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
    guard mustBeQuoted else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// In full; empty when it was not measured.
  package static func number(_ value: Double?) -> String { value.map { ExactText.number($0) } ?? "" }
  package static func number(_ value: (some BinaryInteger)?) -> String { value.map { "\($0)" } ?? "" }
}
