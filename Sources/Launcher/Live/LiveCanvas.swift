// Turns lines into what a terminal must be sent so that they stand where the lines before them stood. It writes nothing.

package struct LiveCanvas: Sendable {
  private static let home = "\r"
  private static let clearToLineEnd = "\u{1B}[K"
  private static let clearToScreenEnd = "\u{1B}[J"

  package let hasColor: Bool
  /// Characters of each line that stands there.
  private var drawnWidths: [Int] = []

  package init(hasColor: Bool) {
    self.hasColor = hasColor
  }

  /// The cursor stands in the first column below the lines, before and after. Nothing is left to restore: the cursor
  /// stays visible, and no mode of the terminal is changed.
  ///
  /// - Parameter width: of the terminal now. When it was wider before, the terminal has broken the lines that stand there.
  package mutating func redraw(_ lines: [LiveLine], width: Int) -> String {
    let rows = drawnWidths.reduce(0) { $0 + max(1, ($1 + width - 1) / max(1, width)) }
    var text = LiveCanvas.home + (rows > 0 ? "\u{1B}[\(rows)A" : "")
    for line in lines {
      for span in line { text += styled(span) }
      text += LiveCanvas.clearToLineEnd + "\r\n"
    }
    drawnWidths = lines.map { line in line.reduce(0) { $0 + $1.text.count } }
    return text + LiveCanvas.clearToScreenEnd
  }

  private func styled(_ span: LiveSpan) -> String {
    guard hasColor else { return span.text }
    let code =
      switch span.style {
      case .plain: ""
      case .bold: "1"
      case .dim: "2"
      case .warning: "33"
      }
    return code.isEmpty ? span.text : "\u{1B}[\(code)m\(span.text)\u{1B}[0m"
  }
}
