// Columns of text under a line of titles, and one of units where there are any. It knows nothing of what it shows.

package struct TextTable {
  package static let lineSizeMax = 120

  struct Column {
    let title: String
    let unit: String
    let alignsLeft: Bool

    init(_ title: String, _ unit: String, alignsLeft: Bool = false) {
      self.title = title
      self.unit = unit
      self.alignsLeft = alignsLeft
    }
  }

  let columns: [Column]
  var rows: [[String]] = []

  init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Two spaces between columns, or one where the lines would be longer than `size`.
  func lines(size: Int = lineSizeMax) -> [String] {
    let units = columns.map(\.unit)
    let all = [columns.map(\.title)] + (units.allSatisfy(\.isEmpty) ? [] : [units]) + rows
    let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let needed = widths.reduce(0, +) + 2 * (widths.count - 1)
    let gap = needed <= size ? "  " : " "
    return all.map { cells in
      let padded = columns.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - cells[column].count)
        return columns[column].alignsLeft ? cells[column] + padding : padding + cells[column]
      }
      return TextTable.trimmed(padded.joined(separator: gap))
    }
  }

  /// A table whose first columns are names.
  static func lines(
    _ header: [(title: String, unit: String)], _ rows: [[String]], leftCount: Int, size: Int = lineSizeMax
  ) -> [String] {
    var table = TextTable(header.enumerated().map { Column($1.title, $1.unit, alignsLeft: $0 < leftCount) })
    table.rows = rows
    return table.lines(size: size)
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }

  /// A label and pieces of text, broken between pieces, and inside a piece between words, so that no line is too long.
  package static func wrapped(
    label: String, pieces: [String], separator: String = "; ", indent: Int = 12, size: Int = lineSizeMax
  ) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    let labelGap = label.isEmpty ? indent : max(1, indent - label.count)
    var line = label + String(repeating: " ", count: labelGap)
    var isFresh = true
    for (index, piece) in pieces.enumerated() {
      let words = (piece + (index < pieces.count - 1 ? separator : "")).split(separator: " ").map(String.init)
      for word in words {
        if !isFresh, line.count + 1 + word.count > size {
          lines.append(line)
          line = margin + word
        } else {
          line += (isFresh ? "" : " ") + word
        }
        isFresh = false
      }
    }
    return (lines + [line]).map { trimmed($0) }
  }
}
