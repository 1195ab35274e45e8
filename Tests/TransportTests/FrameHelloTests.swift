// The hello's fields, right and wrong.

import Bytes
import TestSupport
import Testing
import TransportCore
import TransportFrame

private func hello(_ fields: [(String, String)], type: UInt8 = 1) -> FrameHello? {
  var frame = FrameBytes(type: type)
  frame.fields = fields.map { (Array($0.utf8), Array($1.utf8)) }
  return frame.bytes.withUnsafeBytes { bytes in
    guard case .frame(let frame) = Frame.decode(bytes) else { return nil }
    return FrameHello(frame)
  }
}

@Suite("A hello")
struct FrameHelloTests {
  @Test("comes back as it was written", arguments: ["none", "tracecontext,baggage", "packed"])
  func roundTrip(propagator: String) {
    let hello = FrameHello(edge: "gateway>cart", propagator: propagator)
    let bytes = written { hello.write(to: $0) }
    #expect(bytes == FrameBytes.hello(edge: "gateway>cart", propagator: propagator).bytes)
    let read = bytes.withUnsafeBytes { bytes -> FrameHello? in
      if case .frame(let frame) = Frame.decode(bytes) { FrameHello(frame) } else { nil }
    }
    #expect(read == hello)
    #expect(read?.version == 1)
  }

  @Test("may have its fields in any order, and others beside them")
  func order() {
    let read = hello([("propagator", "p"), ("later", "x"), ("version", "2"), ("edge", "a>b")])
    #expect(read == FrameHello(version: 2, edge: "a>b", propagator: "p"))
  }

  @Test(
    "is refused when a field is missing, repeated or no number",
    arguments: [
      [], [("version", "1")], [("version", "1"), ("edge", "a>b")], [("version", "1"), ("propagator", "none")],
      [("edge", "a>b"), ("propagator", "none")],
      [("version", ""), ("edge", "a>b"), ("propagator", "none")],
      [("version", "one"), ("edge", "a>b"), ("propagator", "none")],
      [("version", "99999999999999999999"), ("edge", "a>b"), ("propagator", "none")],
      [("version", "1"), ("edge", "a>b"), ("propagator", "none"), ("version", "1")],
      [("version", "1"), ("edge", "a>b"), ("propagator", "none"), ("edge", "c>d")],
      [("Version", "1"), ("edge", "a>b"), ("propagator", "none")],
    ] as [[(String, String)]])
  func malformed(fields: [(String, String)]) {
    #expect(hello(fields) == nil)
  }

  @Test("is no other type of frame")
  func type() {
    let fields = [("version", "1"), ("edge", "a>b"), ("propagator", "none")]
    #expect(hello(fields) != nil)
    for type in 2...6 as ClosedRange<UInt8> { #expect(hello(fields, type: type) == nil) }
  }

  @Test("survives bytes that are not UTF-8")
  func notUTF8() throws {
    var frame = FrameBytes.hello()
    frame.fields[1].value = [0xff, 0xfe]
    let read = frame.bytes.withUnsafeBytes { bytes -> FrameHello? in
      if case .frame(let frame) = Frame.decode(bytes) { FrameHello(frame) } else { nil }
    }
    #expect(read?.edge == "\u{fffd}\u{fffd}")
  }
}
