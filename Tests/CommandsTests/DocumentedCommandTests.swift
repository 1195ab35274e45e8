// The commands that the documentation shows, as a reader would type them.

import Commands
import Foundation
import Testing

@Suite("Commands in the documentation")
struct DocumentedCommandTests {
  private struct Line: CustomStringConvertible {
    let description: String
    let words: [String]
  }

  private static let root = #filePath.components(separatedBy: "/Tests/")[0]

  private static func lines() throws -> [Line] {
    let docs = try FileManager.default.contentsOfDirectory(atPath: root + "/docs").filter {
      $0.hasSuffix(".md")
    }
    return try (["README.md", "CONTRIBUTING.md"] + docs.sorted().map { "docs/" + $0 }).flatMap { file in
      let text = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
      let whole = text.replacing("\\\n", with: " ")
      return whole.matches(of: /(?m)^(?:\.build\/release\/)?(ctxchain [a-z].*)$/).map { match in
        Line(description: "\(file): \(match.1)", words: split(match.1))
      }
    }
  }

  /// As a shell does it: quotes, and comments.
  private static func split(_ line: Substring) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == "#", word == nil {
        break
      } else if character == " " {
        if let whole = word { words.append(whole) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }

  @Test("Each is one that the program takes")
  func parse() throws {
    let lines = try Self.lines()
    #expect(lines.count > 50)
    for line in lines { #expect(Ctxchain.problem(line.words) == nil, "\(line)") }
  }

  @Test("An option that there is not would be told")
  func wrong() {
    #expect(Ctxchain.problem(["ctxchain", "chain", "-n", "3", "--deep", "5"])?.contains("--deep") == true)
  }
}
