// Holds text against a file of the repository. With UPDATE_GOLDEN=1 in the environment it writes the file instead.

import FoundationEssentials
import Testing

enum Repository {
  /// Tests/ReportTests/GoldenFile.swift is three steps below the root.
  static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()
}

enum GoldenFile {
  static func expect(_ text: String, equals name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let path = Repository.root + "/Tests/Fixtures/golden/" + name
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: URL(filePath: path))
      return
    }
    let expected = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    guard text != expected else { return }
    let left = text.split(separator: "\n", omittingEmptySubsequences: false)
    let right = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(left, right).firstIndex { $0 != $1 } ?? min(left.count, right.count)
    func show(_ lines: [Substring]) -> String { line < lines.count ? "\"\(lines[line])\"" : "the end" }
    Issue.record(
      "\(name):\(line + 1): expected \(show(right)), got \(show(left)); UPDATE_GOLDEN=1 writes it anew",
      sourceLocation: sourceLocation)
  }
}

extension Sequence {
  fileprivate func firstIndex(where matches: (Element) -> Bool) -> Int? {
    for (index, element) in enumerated() where matches(element) { return index }
    return nil
  }
}
