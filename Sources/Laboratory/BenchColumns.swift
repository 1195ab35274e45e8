// Columns of text and the numbers in them. It knows nothing of what it shows.

enum BenchColumns {
  static let missing = "–"
  static let lineSizeMax = 120

  /// A header line, a line of units where there are any, and the rows. The first `leftCount` columns are names, aligned
  /// left. Two spaces between columns, or one where the lines would be too long.
  static func lines(_ header: [(title: String, unit: String)], _ rows: [[String]], leftCount: Int) -> [String] {
    let units = header.map(\.unit)
    let all = [header.map(\.title)] + (units.allSatisfy(\.isEmpty) ? [] : [units]) + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let gap = widths.reduce(0, +) + 2 * (widths.count - 1) <= lineSizeMax ? "  " : " "
    return all.map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += (column == 0 ? "" : gap) + (column < leftCount ? cell + padding : padding + cell)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Three significant digits, and none after the point from 100 on.
  static func short(_ value: Double?) -> String {
    guard let value else { return missing }
    let size = abs(value)
    return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)
  }

  /// A count: without digits after the point when it is whole.
  static func count(_ value: Double?) -> String {
    guard let value, value == value.rounded() else { return short(value) }
    return fixed(value, 0)
  }

  private static func fixed(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 0x1p62 else { return "∞" }
    let digits = String(UInt64(scaled))
    let sign = value < 0 && scaled > 0 ? "−" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
