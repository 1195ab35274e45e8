// Turns lines into what a terminal must be sent so that they stand where the lines before them stood. It writes nothing.

package struct LiveCanvas: Sendable {
  private static let home = "\r"
  private static let clearToLineEnd = "\u{1B}[K"
  private static let clearToScreenEnd = "\u{1B}[J"

  package let hasColor: Bool
  private static let clearScreen = "\u{1B}[H\u{1B}[2J"
  /// Lines that stand there, and the width of the terminal when they were drawn.
  private var drawn: (count: Int, width: Int) = (0, 0)

  package init(hasColor: Bool) {
    self.hasColor = hasColor
  }

  /// The cursor stands in the first column below the lines, before and after. Nothing is left to restore: the cursor
  /// stays visible, and no mode of the terminal is changed.
  ///
  /// - Parameter width: of the terminal now. When it was another before, each kind of terminal has broken, joined or cut
  ///   the lines in its own way: nobody knows where they stand, so everything on the screen goes.
  package mutating func redraw(_ lines: [LiveLine], width: Int) -> String {
    let isResized = drawn.count > 0 && drawn.width != width
    var text = isResized ? LiveCanvas.clearScreen : LiveCanvas.home + (drawn.count > 0 ? "\u{1B}[\(drawn.count)A" : "")
    for line in lines {
      for span in line { text += styled(span) }
      text += LiveCanvas.clearToLineEnd + "\r\n"
    }
    drawn = (lines.count, width)
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
