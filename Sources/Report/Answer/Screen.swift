// The lines of one screen: words behind a label, tables, steps. It knows nothing of what they say.

internal import Results

package struct Screen {
  package static let lineCountMax = 40
  /// What a screen may be wide; what is no terminal has the larger.
  package static let widths = 80...100

  private static let indent = 9
  /// Of the lines of one label.
  private static let wordLineCountMax = 6
  private static let rest = "… ctxchain show --tables has the rest."

  let width: Int

  /// - Parameter width: brought into `widths`.
  init(width: Int) {
    self.width = min(max(width, Self.widths.lowerBound), Self.widths.upperBound)
  }

  /// The first candidate that leaves a line for the caller, who says where the result is; else the last, cut off.
  static func text(_ candidates: some Sequence<[String]>) -> String {
    var lines: [String] = []
    for candidate in candidates {
      lines = candidate
      if lines.count < lineCountMax { break }
    }
    return lines.prefix(lineCountMax - 1).map(TextReport.printable).joined(separator: "\n") + "\n"
  }

  /// Nothing without sentences.
  func words(_ label: String, _ sentences: [String]) -> [String] {
    guard !sentences.isEmpty else { return [] }
    let pieces = sentences.map { $0.split(separator: " ").flatMap(broken).joined(separator: " ") }
    let lines = TextTable.wrapped(label: label, pieces: pieces, separator: "", indent: Self.indent, size: width)
    guard lines.count > Self.wordLineCountMax else { return lines }
    return lines.prefix(Self.wordLineCountMax - 1) + [String(repeating: " ", count: Self.indent) + Self.rest]
  }

  /// A word in pieces that a line can hold, such as the path of a file.
  private func broken(_ word: Substring) -> [Substring] {
    let size = width - Self.indent
    return word.count <= size ? [word] : [word.prefix(size)] + broken(word.dropFirst(size))
  }

  /// A command a line, and what it is for; those that a line cannot hold are left out.
  func steps(_ label: String, _ steps: [(command: String, purpose: String)]) -> [String] {
    let steps = steps.filter { Self.indent + $0.command.count + 2 + $0.purpose.count <= width }
    let size = steps.map(\.command.count).max() ?? 0
    return steps.enumerated().map { index, step in
      let label = index == 0 ? label : ""
      let line =
        label + String(repeating: " ", count: Self.indent - label.count) + step.command
        + String(repeating: " ", count: size + 2 - step.command.count) + step.purpose
      return String(line.prefix(width))
    }
  }

  /// Below an empty line; the first of ever narrower tables that is narrow enough. Nothing without one.
  func table(_ make: (_ step: Int) -> ReportTable?) -> [String] {
    for step in 0..<Self.narrowingCount {
      guard let table = make(step) else { return [] }
      let lines = table.textLines(size: width)
      guard step == Self.narrowingCount - 1 || lines.allSatisfy({ $0.count <= width }) else { continue }
      let notes = table.notes.flatMap {
        TextTable.wrapped(label: "", pieces: [$0], indent: 2, size: width).prefix(2)
      }
      return [""] + (lines + notes).map { String($0.prefix(width)) }
    }
    return []
  }

  private static let narrowingCount = 7
}
