// Names, text and the schema's lookup.

import Context
import Testing

@Suite("Names and text")
struct GrammarTests {
  @Test("accept visible ASCII names of 1 to 255 bytes")
  func names() {
    for name in ["a", "~!", String(repeating: "x", count: 255)] {
      #expect(Array(name.utf8).withUnsafeBytes { ContextText.isName($0) })
    }
    for name in ["", "a b", "ü", "a\u{7f}", "\t", String(repeating: "x", count: 256)] {
      #expect(!Array(name.utf8).withUnsafeBytes { ContextText.isName($0) })
    }
  }

  @Test("find ill-formed UTF-8 at every position")
  func utf8() {
    for size in 0..<40 {
      var bytes = Array(repeating: UInt8(0x61), count: size)
      #expect(bytes.withUnsafeBytes { ContextText.isUTF8($0) })
      for offset in 0..<size {
        bytes[offset] = 0xff
        #expect(!bytes.withUnsafeBytes { ContextText.isUTF8($0) })
        #expect(bytes.withUnsafeBytes { ContextText.firstError(in: $0) } == offset..<(offset + 1))
        bytes[offset] = 0x61
      }
    }
    #expect(Array("größe €".utf8).withUnsafeBytes { ContextText.isUTF8($0) })
    for bytes: [UInt8] in [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]] {
      #expect(!bytes.withUnsafeBytes { ContextText.isUTF8($0) })
    }
  }

  @Test("of the schema are found, and no others")
  func schema() {
    for key in ContextSchema.keys {
      #expect(ContextSchema.key(named: key.name) === key)
      #expect(ContextSchema.keys[key.field] === key)
    }
    for name in ["", "User", "users", "tenanT", "request_id", "absent"] {
      #expect(ContextSchema.key(named: name) == nil)
    }
    #expect(ContextSchema.keys.count == ContextSchema.fieldCount)
  }
}
