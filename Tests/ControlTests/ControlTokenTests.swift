// The token of control ports: which texts are one, and that it says itself to nobody.

import Control
import Testing

@Suite("Control tokens")
struct ControlTokenTests {
  private static let hex = "0123456789abcdef0123456789ABCDEF"

  private func problem(_ text: String) -> ControlToken.Problem? {
    do throws(ControlToken.Problem) {
      _ = try ControlToken(Array(text.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "128 bits are enough, and white space at the end is cut",
    arguments: [
      hex, hex + "\n", hex + " \r\n", hex + "00", "Correct-horse!battery9",
      String(repeating: "g", count: 22),
      String(repeating: "x", count: 1024),
    ])
  func good(text: String) { #expect(problem(text) == nil) }

  @Test(
    "Less is refused, and what no file of one line holds",
    arguments: [
      ("", ControlToken.Problem.empty), ("\n", .empty),
      (String(hex.dropLast()), .tooShort(31, isHex: true)),
      (String(repeating: "g", count: 21), .tooShort(21, isHex: false)),
      (String(repeating: "x", count: 1025), .tooLong),
      (hex + "\n" + hex, .badByte), ("two words of a long secret text", .badByte),
      ("gänzlich-geheimes-wort-hier", .badByte),
    ])
  func bad(text: String, expected: ControlToken.Problem) { #expect(problem(text) == expected) }

  @Test("Another text does not match, whichever byte differs and however long it is")
  func matching() throws {
    let token = try ControlToken(Array(Self.hex.utf8))
    #expect(token.matches(Self.hex))
    for index in Self.hex.indices {
      var other = Self.hex
      other.replaceSubrange(index...index, with: "x")
      #expect(!token.matches(other))
    }
    for other in [
      "", "0", String(Self.hex.dropLast()), Self.hex + "0", Self.hex + Self.hex, Self.hex + "\n",
    ] {
      #expect(!token.matches(other))
    }
  }

  @Test("It is in no description of itself")
  func secret() throws {
    let token = try ControlToken(Array(Self.hex.utf8))
    var dumped = ""
    dump(token, to: &dumped)
    for text in ["\(token)", String(reflecting: token), dumped, "\(Optional(token) as Any)"] {
      #expect(!text.contains("0123"))
    }
  }
}
