// Text is judged and written many bytes at a time: every byte, at every place of a run of every length, against the
// grammar asked byte by byte.

import Context
import Propagation
import Statistics
import Testing

@Suite("Bytes judged many at a time")
struct ManyBytesTests {
  @Test("A baggage value is written plain or percent-encoded, whatever byte stands where")
  func values() throws {
    let baggage = try propagator("baggage")
    for (text, byte) in ManyBytesTests.texts where byte < 0x80 {
      let context = StoreKind.struct.makeContext()
      context.setEntry(name: "k".utf8.span.bytes, text: text.span.bytes)
      let encoded = text.map { character in
        ByteClass.plainOctet.contains(byte: character)
          ? String(UnicodeScalar(character)) : "%" + ManyBytesTests.hex(character)
      }
      #expect(field(context, by: baggage) == "k=" + encoded.joined(), "\(text)")
    }
  }

  @Test("A baggage member whose name is no token is not written, whatever byte stands where")
  func names() throws {
    let baggage = try propagator("baggage")
    for (name, byte) in ManyBytesTests.texts where byte > 0x20 && byte < 0x7f && byte != 0x3b {
      let context = StoreKind.struct.makeContext()
      context.setEntry(name: name.span.bytes, text: "v".utf8.span.bytes)
      let isToken = ByteClass.token.contains(byte: byte)
      let member = String(decoding: name, as: UTF8.self) + "=v"
      #expect(field(context, by: baggage) == (isToken ? member : nil), "\(name)")
    }
  }

  @Test("A baggage member is read up to its last byte or dropped, whatever byte stands where")
  func members() {
    for (text, byte) in ManyBytesTests.texts where ![0x09, 0x20, 0x25, 0x2c, 0x3b, 0x3d].contains(byte) {
      for isName in [true, false] {
        let context = StoreKind.map.makeContext()
        var parser = BaggageParser()
        let member = isName ? text + Array("=v".utf8) : Array("k=".utf8) + text
        member.withUnsafeBytes { parser.parse($0, into: context) }
        let isValid = (isName ? ByteClass.token : .plainOctet).contains(byte: byte)
        let entry =
          isName ? ["\(String(decoding: text, as: UTF8.self))": "v"] : ["k": String(decoding: text, as: UTF8.self)]
        #expect(context.snapshot.entries == (isValid ? entry.mapValues { .text($0) } : [:]), "\(member)")
        #expect(parser.drops == (isValid ? [] : .malformedMember), "\(member)")
      }
    }
  }

  @Test("An integer of any number of digits is written as its text")
  func integers() throws {
    let baggage = try propagator("baggage")
    var values: [Int64] = [.min, .max, 0]
    var power: Int64 = 1
    for _ in 0...18 {
      for digits in [power - 1, power, power + 7, power &* 9] { values += [digits, -digits] }
      power &*= 10
    }
    var random = SeededGenerator(seed: 11)
    for shift in 0..<64 as Range<UInt64> { values.append(Int64(truncatingIfNeeded: random.next() >> shift)) }
    for value in values {
      let context = StoreKind.struct.makeContext()
      context.setEntry(name: "k".utf8.span.bytes, integer: value)
      #expect(field(context, by: baggage) == "k=\(value)")
    }
  }

  @Test("A tracestate is valid or malformed, whatever byte stands where in a value")
  func traceState() {
    for (text, byte) in ManyBytesTests.texts where ![0x09, 0x20, 0x2c].contains(byte) {
      let list = Array("k=".utf8) + text
      let isValid = ByteClass.traceStateValue.contains(byte: byte)
      #expect(list.withUnsafeBytes { TraceStateGrammar.judge($0) } == (isValid ? .valid : .malformed), "\(list)")
    }
  }

  @Test("A digit of a trace's ids is read or refused, whatever byte stands where")
  func hexDigits() {
    let header = Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8)
    for place in Array(3..<35) + Array(36..<52) {
      for byte in UInt8.min...UInt8.max {
        var changed = header
        changed[place] = byte
        let isDigit = "0123456789abcdef".utf8.contains(byte)
        let span = changed.withUnsafeBytes { TraceParent.parse($0) }
        #expect((span != nil) == isDigit, "\(byte) at \(place)")
        guard let span else { continue }
        let written = [UInt8](unsafeUninitializedCapacity: TraceParent.size) { buffer, count in
          TraceParent.write(span, to: UnsafeMutableRawPointer(buffer.baseAddress!))
          count = TraceParent.size
        }
        #expect(written == changed)
      }
    }
  }

  /// Runs of 1 to 40 letters with one byte exchanged, and that byte. Every byte at a few places, a few at every place.
  private static var texts: [(text: [UInt8], byte: UInt8)] {
    var texts: [(text: [UInt8], byte: UInt8)] = []
    func add(_ byte: UInt8, at place: Int, of size: Int) {
      var text = Array(repeating: UInt8(ascii: "x"), count: size)
      text[place] = byte
      texts.append((text, byte))
    }
    for byte in UInt8.min...UInt8.max {
      for (place, size) in [(0, 1), (3, 7), (8, 16), (16, 17), (20, 40)] { add(byte, at: place, of: size) }
    }
    for size in 1...40 {
      for place in 0..<size { for byte in "\"-Z_@{\u{7f}".utf8 { add(byte, at: place, of: size) } }
    }
    return texts
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
  }

  private func field(_ context: RequestContext, by propagator: any Propagator) -> String? {
    injected(context, by: propagator, over: .frame).receivedFields.first.map {
      String(decoding: $0.value, as: UTF8.self)
    }
  }
}
