// The table of byte classes against the grammars that it stands for, byte by byte.

import Context
import Testing

@Suite("Byte classes")
struct ByteClassTests {
  private static let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
  private static let digits = Set("0123456789".utf8)

  private func bytes(of byteClass: ByteClass) -> Set<UInt8> {
    Set((0...255).map { UInt8($0) }.filter { byteClass.contains(byte: $0) })
  }

  @Test("A token is what RFC 7230, section 3.2.6, calls tchar")
  func token() {
    #expect(bytes(of: .token) == ByteClassTests.letters.union(ByteClassTests.digits).union("!#$%&'*+-.^_`|~".utf8))
  }

  @Test("A plain octet is a baggage-octet of W3C Baggage, section 3.3.1, but for the percent sign")
  func plainOctet() {
    let octets: [ClosedRange<UInt8>] = [0x21...0x21, 0x23...0x2b, 0x2d...0x3a, 0x3c...0x5b, 0x5d...0x7e]
    #expect(bytes(of: .plainOctet) == Set(octets.joined()).subtracting([0x25]))
  }

  @Test("The bytes of a tracestate's keys and values are those of W3C Trace Context, section 3.3.1")
  func traceState() {
    let lowerCase = Set("abcdefghijklmnopqrstuvwxyz".utf8)
    #expect(bytes(of: .traceStateKey) == lowerCase.union(ByteClassTests.digits).union("_-*/@".utf8))
    #expect(bytes(of: .traceStateValue) == Set(0x20...0x7e).subtracting(",=".utf8))
  }

  @Test("The end of a run is its first other byte, or the end, wherever the run begins")
  func end() {
    let text = Array("abc def".utf8)
    text.withUnsafeBufferPointer { text in
      let start = text.baseAddress!
      #expect(ByteClass.token.end(from: start, to: start + 7) == start + 3)
      #expect(ByteClass.token.end(from: start + 3, to: start + 7) == start + 3)
      #expect(ByteClass.token.end(from: start + 4, to: start + 7) == start + 7)
      #expect(ByteClass.token.end(from: start + 7, to: start + 7) == start + 7)
    }
  }
}
