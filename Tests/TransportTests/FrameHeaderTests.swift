// Frames as raw bytes, written out: what is on the wire, not what two sides of the same code agree about.

import Bytes
import TestSupport
import Testing
import TransportCore
import TransportFrame

/// The bytes that `write` appends to an empty buffer.
func written(_ write: (ByteBuffer) -> Void) -> [UInt8] {
  let buffer = ByteBuffer(capacity: 64)
  defer { buffer.deallocate() }
  write(buffer)
  return Array(buffer.readable)
}

/// The frame at the start of `bytes`, copied; nil when there is none.
func decoded(_ bytes: [UInt8]) -> ReceivedFrame? {
  bytes.withUnsafeBytes { bytes in
    if case .frame(let frame) = Frame.decode(bytes) { ReceivedFrame(frame) } else { nil }
  }
}

func append(_ name: String, _ value: String, to writer: FrameWriter) {
  Array(name.utf8).withUnsafeBytes { name in
    Array(value.utf8).withUnsafeBytes { value in writer.appendField(name, value) }
  }
}

func appendContext(_ bytes: [UInt8], to writer: FrameWriter) {
  let place = writer.appendContext(bytes.count)
  UnsafeMutableRawBufferPointer(start: place, count: bytes.count).copyBytes(from: bytes)
}

@Suite("A frame's bytes")
struct FrameHeaderTests {
  /// A request with every header field different from 0, two fields, three bytes of context and two of payload.
  static let request: [UInt8] = [
    0x2c, 0x00, 0x00, 0x00,  // size behind this field: 28 + 11 + 3 + 2
    0x02, 0x01,  // request, echo
    0x02, 0x00,  // fields
    0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,  // id
    0xd4, 0xc3, 0xb2, 0xa1,  // deadline
    0x34, 0x12,  // hops left
    0x78, 0x56,  // status
    0x03, 0x00, 0x00, 0x00,  // context
    0x02, 0x00, 0x00, 0x00,  // payload
    0x01, 0x00, 0x01, 0x00, 0x61, 0x31,  // a: 1
    0x01, 0x00, 0x00, 0x00, 0x62,  // b: nothing
    0xc0, 0xc1, 0xc2, 0x63, 0x74,
  ]

  @Test("are exactly these for a request with everything in it")
  func writing() {
    let bytes = written { buffer in
      let writer = FrameWriter(
        to: buffer, type: .request, flags: FrameFlags.echo, id: 0x0102_0304_0506_0708, deadline: 0xa1b2_c3d4,
        hopsLeft: 0x1234, status: 0x5678)
      append("a", "1", to: writer)
      append("b", "", to: writer)
      appendContext([0xc0, 0xc1, 0xc2], to: writer)
      writer.finish(payloadSize: 2)
    }
    #expect(bytes == FrameHeaderTests.request)
  }

  @Test("are read back field by field")
  func reading() throws {
    let frame = try #require(decoded(FrameHeaderTests.request))
    #expect(frame.type == .request)
    #expect(frame.flags == 1)
    #expect(frame.id == 0x0102_0304_0506_0708)
    #expect(frame.deadline == 0xa1b2_c3d4)
    #expect(frame.hopsLeft == 0x1234)
    #expect(frame.status == 0x5678)
    #expect(frame.fields == [Array("a".utf8), Array("1".utf8), Array("b".utf8), []])
    #expect(frame.context == [0xc0, 0xc1, 0xc2])
    #expect(frame.payloadSize == 2)
  }

  @Test(
    "have each header field at its offset, little-endian",
    arguments: [(0, 4), (4, 1), (5, 1), (6, 2), (8, 8), (16, 4), (20, 2), (22, 2), (24, 4), (28, 4)])
  func offsets(offset: Int, size: Int) {
    for value in [0, 1, 0x7f, 0x80] as [UInt64] {
      let bytes = written { buffer in
        let writer = FrameWriter(
          to: buffer, type: .cancel, flags: offset == 5 ? UInt8(value) : 0, id: offset == 8 ? value << 56 : 0,
          deadline: offset == 16 ? UInt32(value) << 24 : 0, hopsLeft: offset == 20 ? UInt16(value) << 8 : 0,
          status: offset == 22 ? UInt16(value) << 8 : 0)
        if offset == 6 { for _ in 0..<value { append("n", "", to: writer) } }
        if offset == 24 { appendContext([UInt8](repeating: 1, count: Int(value)), to: writer) }
        writer.finish(payloadSize: offset == 28 ? Int(value) : 0)
      }
      let field = Array(bytes[offset..<(offset + size)])
      switch offset {
      case 0: #expect(field == littleEndian(UInt32(bytes.count - 4)))
      case 4: #expect(field == [5])
      case 5: #expect(field == [UInt8(value)])
      case 8, 16, 20, 22: #expect(field == [UInt8](repeating: 0, count: size - 1) + [UInt8(value)])
      default: #expect(field == [UInt8(value)] + [UInt8](repeating: 0, count: size - 1))
      }
    }
  }

  @Test("name the six types by these numbers, and no others")
  func types() {
    let known: [(UInt8, FrameType)] = [
      (1, .hello), (2, .request), (3, .response), (4, .error), (5, .cancel), (6, .goaway),
    ]
    for (byte, type) in known { #expect(decoded(FrameBytes(type: byte).bytes)?.type == type) }
    for byte in [0, 7, 8, 127, 128, 255] as [UInt8] { #expect(decoded(FrameBytes(type: byte).bytes) == nil) }
  }

  @Test("hold one text over and over as payload, of any size", arguments: [0, 1, 31, 32, 63, 64, 65, 1_000])
  func payload(size: Int) {
    let bytes = written { FrameWriter(to: $0, type: .response, id: 1).finish(payloadSize: size) }
    let text = Array("ctxchain".utf8)
    #expect(bytes.count == 32 + size)
    #expect(bytes[32...].enumerated().allSatisfy { $1 == text[$0 % 8] })
  }

  @Test("are the same whether they are written at once or in parts", arguments: [0, 1, 100])
  func wholeFrame(payloadSize: Int) {
    let parts = written {
      FrameWriter(to: $0, type: .error, id: 7, status: 14).finish(payloadSize: payloadSize)
    }
    #expect(written { FrameWriter.write(.error, id: 7, status: 14, payloadSize: payloadSize, to: $0) } == parts)
  }

  @Test("are taken back when the context section has outgrown its limit", arguments: [0, 1])
  func outgrown(over: Int) {
    let bytes = written { buffer in
      FrameWriter.write(.cancel, id: 1, to: buffer)
      let writer = FrameWriter(to: buffer, type: .request, id: 2)
      let size = FrameLimits.contextSizeMax + over
      writer.appendContext(size).initializeMemory(as: UInt8.self, repeating: 0, count: size)
      #expect(writer.finish(payloadSize: 5) == (over == 0))
    }
    #expect(bytes.count == (over == 0 ? 32 + 32 + FrameLimits.contextSizeMax + 5 : 32))
  }

  @Test("keep the order of fields and every duplicate")
  func fieldOrder() throws {
    let bytes = written { buffer in
      let writer = FrameWriter(to: buffer, type: .request, id: 1)
      for (name, value) in [("b", "1"), ("a", "2"), ("b", "3"), ("b", "1")] { append(name, value, to: writer) }
      writer.finish(payloadSize: 0)
    }
    let fields = try #require(decoded(bytes)).fields.map { String(decoding: $0, as: UTF8.self) }
    #expect(fields == ["b", "1", "a", "2", "b", "3", "b", "1"])
  }

  @Test("have a field that came after context bytes in front of them", arguments: 0...4)
  func fieldAfterContext(position: Int) throws {
    // The context in three parts, a field behind part `position`.
    let parts: [[UInt8]] = [[1], [2, 3], [4, 5, 6, 7], []]
    let bytes = written { buffer in
      ([9, 9, 9] as [UInt8]).withUnsafeBytes { buffer.append($0) }
      let writer = FrameWriter(to: buffer, type: .request, id: 1)
      append("first", "x", to: writer)
      for (index, part) in parts.enumerated() {
        if index == position { append("late", "value", to: writer) }
        appendContext(part, to: writer)
      }
      if position == parts.count { append("late", "value", to: writer) }
      append("last", "", to: writer)
      writer.finish(payloadSize: 3)
    }
    #expect(Array(bytes.prefix(3)) == [9, 9, 9])
    let frame = try #require(decoded(Array(bytes.dropFirst(3))))
    #expect(frame.fields.map { String(decoding: $0, as: UTF8.self) } == ["first", "x", "late", "value", "last", ""])
    #expect(frame.context == [1, 2, 3, 4, 5, 6, 7])
    #expect(frame.payloadSize == 3)
  }
}
