// Package.swift, the diagram and table of docs/ARCHITECTURE.md, and the imports of the sources say the same.

import Foundation
import Testing

@Suite("Modules")
struct ModuleTests {
  private static let page = TidyTests.root.appending(path: "docs/ARCHITECTURE.md")

  /// Rows of the table under "## Modules": name → what it imports that is not ours.
  private func table() throws -> [String: Set<String>] {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("Modules\n") })
    var rows: [String: Set<String>] = [:]
    for line in section.split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      let name = try #require(cells[1].firstMatch(of: /`(.+)`/)).1
      rows[String(name)] = Set(cells[4].matches(of: /`(\w+)`/).map { String($0.1) })
    }
    return rows
  }

  @Test("Every folder with sources is one of a module, and every module is in the table")
  func complete() throws {
    let modules = try Module.all()
    let documented = try Set(table().keys)
    #expect(Set(modules.map(\.name)) == documented)
    for file in TidyTests.swiftFiles("Sources") {
      #expect(
        modules.count { file.path.contains("/\($0.folder)/") } == 1, "\(file.path) is in the folder of one module")
    }
  }

  @Test("A module imports the modules that Package.swift says, no others, and none for nothing")
  func ours() throws {
    let modules = try Module.all()
    let names = Set(modules.map(\.name))
    for module in modules where !TidyTests.swiftFiles(module.folder).isEmpty {
      let imports = try module.imports().intersection(names)
      #expect(
        imports.subtracting(module.dependencies).isEmpty,
        "\(module.name) imports \(imports.subtracting(module.dependencies)): declare it in Package.swift, or do not")
      #expect(
        module.dependencies.subtracting(imports).isEmpty,
        "\(module.name) does not import \(module.dependencies.subtracting(imports)), which Package.swift declares")
    }
  }

  @Test("A module imports of others what the table says")
  func others() throws {
    let modules = try Module.all()
    let names = Set(modules.map(\.name))
    let rows = try table()
    for module in modules where !TidyTests.swiftFiles(module.folder).isEmpty {
      let imports = try module.imports().subtracting(names).sorted()
      let documented = rows[module.name, default: []].sorted()
      #expect(imports == documented, "the row of \(module.name) in docs/ARCHITECTURE.md")
    }
  }

  @Test("The diagram has an arrow for each import that does not follow from others")
  func diagram() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let block = try #require(text.firstMatch(of: /```mermaid\n((?s).*?)```/)).1
    var drawn: [String: Set<String>] = [:]
    for line in block.split(separator: "\n") {
      guard let arrow = line.wholeMatch(of: /\s*([\w-]+) --> ([\w& -]+)/) else { continue }
      drawn[String(arrow.1), default: []].formUnion(arrow.2.split(separator: " & ").map(String.init))
    }
    let arrows = ModuleGraph(try Module.all()).arrows
    let expected = arrows.sorted { $0.key < $1.key }
      .map { "  \($0.key) --> \($0.value.sorted().joined(separator: " & "))" }.joined(separator: "\n")
    #expect(drawn == arrows, "docs/ARCHITECTURE.md should have these arrows:\n\(expected)")
  }
}
