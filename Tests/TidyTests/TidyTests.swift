// The shape of the source: which module may import which, how long files are, what must not be in them.

import Foundation
import Testing

@Suite("Tidy")
struct TidyTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func swiftFiles(_ folder: String) -> [URL] {
    let files = FileManager.default.enumerator(
      at: TidyTests.root.appending(path: folder), includingPropertiesForKeys: nil)
    return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
  }

  static func lines(_ file: URL) throws -> [String] {
    try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
  }

  @Test("C calls the system by numbers that every machine has, or asks for them with #ifdef")
  func systemCallNumbers() throws {
    // What architectures that are newer than x86-64 have, ARM64 among them. Some are named for two sizes of a word.
    let header = try String(contentsOfFile: "/usr/include/asm-generic/unistd.h", encoding: .utf8)
    let common = Set(header.matches(of: /#define __NR(?:3264)?_(\w+)/).map { String($0.1) })
    #expect(common.count > 250)
    let files = FileManager.default.enumerator(
      at: TidyTests.root.appending(path: "Sources"), includingPropertiesForKeys: nil)
    for file in (files?.allObjects as? [URL] ?? []) where file.pathExtension == "c" {
      let text = try Self.lines(file).joined(separator: "\n")
      let asked = Set(text.matches(of: /#ifdef SYS_(\w+)/).map { String($0.1) })
      let used = Set(text.matches(of: /\bSYS_(\w+)/).map { String($0.1) })
      #expect(used.subtracting(common).subtracting(asked).isEmpty, "\(file.lastPathComponent)")
    }
  }

  @Test("Every source file starts with what it is and has at most 400 lines")
  func files() throws {
    for file in Self.swiftFiles("Sources") {
      let lines = try Self.lines(file)
      #expect(lines.count <= 401, "\(file.lastPathComponent) has \(lines.count) lines")
      if !file.lastPathComponent.hasSuffix("Command.swift") {
        #expect(lines[0].hasPrefix("// "), "\(file.lastPathComponent) does not say what it is")
      }
    }
  }

  @Test("A command file has at most 120 lines: commands are arguments only")
  func commands() throws {
    for file in Self.swiftFiles("Sources/Commands") where file.lastPathComponent.hasSuffix("Command.swift") {
      #expect(try Self.lines(file).count <= 120, "\(file.lastPathComponent)")
    }
  }

  /// One sentence serves the fields that follow it.
  @Test("@exclusivity(unchecked) stands only where a sentence says why no access overlaps another")
  func exclusivity() throws {
    for file in Self.swiftFiles("Sources") {
      let lines = try Self.lines(file)
      for (index, line) in lines.enumerated() where line.contains("@exclusivity(unchecked)") {
        let before = lines[max(0, index - 20)..<index]
        #expect(
          before.contains { $0.contains("//") && $0.contains("exclusivity") }, "\(file.lastPathComponent):\(index + 1)")
      }
    }
  }

  @Test("Only the family of transports, the carriers of Propagation and the server of metrics know a transport")
  func transports() throws {
    for file in Self.swiftFiles("Sources") where !file.path.contains("/Sources/Transport/") {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /import (Transport(?!Core|Messages)\w+)/) {
        #expect(
          ["TransportCarriers.swift", "ScrapeConnection.swift"].contains(file.lastPathComponent),
          "\(file.lastPathComponent) imports \(match.1)")
      }
    }
  }

  @Test("@unchecked Sendable and nonisolated(unsafe) stand only where a sentence says why they are safe")
  func unsafety() throws {
    for file in Self.swiftFiles("Sources") {
      let lines = try Self.lines(file)
      for (index, line) in lines.enumerated()
      where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
        let before = lines[max(0, index - 3)..<index].joined()
        #expect(before.contains("//"), "\(file.lastPathComponent):\(index + 1)")
      }
    }
  }

  @Test(
    "Only the launcher spawns, only EventLoop sees libevent, only Topology sees YAML, and only strategies their libraries"
  )
  func boundaries() throws {
    for file in Self.swiftFiles("Sources") {
      let text = try String(contentsOf: file, encoding: .utf8)
      let path = file.path
      if text.contains("posix_spawn") { #expect(path.contains("/Launcher/"), "\(path)") }
      if text.contains("import CLibevent") { #expect(path.contains("/EventLoop/"), "\(path)") }
      if text.contains("import ServiceContextModule") { #expect(path.contains("/Context/Stores/"), "\(path)") }
      if text.contains("import Synchronization"), path.contains("/Context/") {
        #expect(path.hasSuffix("Pool.swift") || path.contains("/Shared/"), "\(path)")
      }
      if text.contains("import CSimdjson") { #expect(path.hasSuffix("/SimdjsonPropagator.swift"), "\(path)") }
      if text.contains("import Yams") { #expect(path.contains("/Topology/"), "\(path)") }
    }
  }

  @Test("Every limit that docs/ARCHITECTURE.md lists is declared in the file that it names")
  func limits() throws {
    let text = try String(contentsOf: TidyTests.root.appending(path: "docs/ARCHITECTURE.md"), encoding: .utf8)
    let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("Limits\n") })
    var source = ""
    var file = ""
    var limitCount = 0
    for row in section.split(separator: "\n").filter({ $0.hasPrefix("| ") }).dropFirst() {
      let cells = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      // A row without a file goes on with the one above.
      if let name = cells[1].firstMatch(of: /`(.+)`/) {
        file = String(name.1)
        source = try String(contentsOf: TidyTests.root.appending(path: "Sources/\(file)"), encoding: .utf8)
      }
      for name in cells[2].matches(of: /`(?:\w+\.)?(\w+)`/) {
        let declaration = try Regex("\\b(let|var) \(name.1)\\b")
        #expect(source.contains(declaration), "\(file) does not declare \(name.1)")
        limitCount += 1
      }
    }
    #expect(limitCount > 20)
  }

  @Test("Nothing in the project is left unfinished in words")
  func unfinished() throws {
    let words = ["TO" + "DO", "FIX" + "ME", "not imple" + "mented"]
    for file in Self.swiftFiles("Sources") + Self.swiftFiles("Tests") {
      let text = try String(contentsOf: file, encoding: .utf8)
      for word in words { #expect(!text.contains(word), "\(file.lastPathComponent) says \(word)") }
    }
  }
}
