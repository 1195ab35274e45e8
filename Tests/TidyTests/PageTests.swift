// The pages for people: short where they must be, and every link and path in them leads somewhere.

import Foundation
import Testing

@Suite("Pages")
struct PageTests {
  private static let pages: [String] = {
    let docs = (try? FileManager.default.contentsOfDirectory(atPath: TidyTests.root.appending(path: "docs").path)) ?? []
    return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
      + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
  }()

  private static func text(_ page: String) throws -> String {
    try String(contentsOf: TidyTests.root.appending(path: page), encoding: .utf8)
  }

  /// A page without its blocks of code.
  private static func prose(_ page: String) throws -> String {
    try text(page).replacing(/```(?s).*?```/, with: "")
  }

  /// Headings as GitHub makes anchors of them.
  private static func anchors(_ page: String) throws -> Set<String> {
    Set(
      try prose(page).matches(of: /(?m)^#+ (.+)$/).map { heading in
        String(heading.1.lowercased().replacing(/[^\p{L}\p{N} _-]/, with: "")).replacing(" ", with: "-")
      })
  }

  @Test("The README has at most 150 lines")
  func readme() throws {
    #expect(try Self.text("README.md").split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
  }

  @Test("Every link leads to a file that is there, and to a heading that is in it", arguments: pages)
  func links(page: String) throws {
    let folder = TidyTests.root.appending(path: page).deletingLastPathComponent()
    for link in try Self.prose(page).matches(of: /\]\(([^)\s]+)\)/).map(\.1) where !link.contains("://") {
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let target = parts[0].isEmpty ? TidyTests.root.appending(path: page) : folder.appending(path: parts[0])
      #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(link)")
      guard parts.count == 2 else { continue }
      let targetPage = String(target.standardizedFileURL.path.dropFirst(TidyTests.root.standardizedFileURL.path.count))
      #expect(try Self.anchors(targetPage).contains(parts[1]), "\(page): \(link)")
    }
  }

  @Test("Every file of the project that a page names is there", arguments: pages)
  func paths(page: String) throws {
    let named = try Self.prose(page).matches(
      of: /`((?:Sources|Tests|scripts|topologies|contexts|docs|Benchmarks)\/[\w+\/.-]+)`/
    ).map { String($0.1) }
    for path in named {
      #expect(FileManager.default.fileExists(atPath: TidyTests.root.appending(path: path).path), "\(page): \(path)")
    }
  }

  @Test("Every page of docs can be reached from the README")
  func reachable() throws {
    var found: Set<String> = []
    var next = ["README.md"]
    while let page = next.popLast() {
      guard found.insert(page).inserted else { continue }
      let folder = page.hasPrefix("docs/") ? "docs/" : ""
      next += try Self.prose(page).matches(of: /\]\(([\w\/.-]+\.md)(?:#[\w-]*)?\)/).map { folder + String($0.1) }
        .map { $0.replacing("docs/../", with: "") }
    }
    #expect(Set(Self.pages).subtracting(["CHANGELOG.md"]).isSubset(of: found))
  }
}
