// Properties over seeded random frames: what is written is what is read, and how the bytes arrive does not matter.

import Bytes
import Statistics
import TestSupport
import Testing
import TransportCore
import TransportFrame

extension FrameBytes {
  /// A valid frame; sizes are small, so that a stream of them is read byte by byte in no time.
  static func random(_ random: inout SeededGenerator) -> FrameBytes {
    var frame = FrameBytes(type: UInt8(1 + random.next(below: 6)), id: random.next())
    frame.flags = UInt8(random.next(below: 2))
    frame.deadline = UInt32(truncatingIfNeeded: random.next())
    frame.hopsLeft = UInt16(truncatingIfNeeded: random.next())
    frame.status = UInt16(random.next(below: 17))
    for _ in 0..<(random.chance(0.5) ? 0 : random.next(below: 6)) {
      frame.fields.append((random.bytes(1 + random.next(below: 10)), random.bytes(random.next(below: 20))))
    }
    frame.context = random.bytes(random.next(below: 60))
    frame.payload = (0..<random.next(below: 60)).map { Array("ctxchain".utf8)[$0 % 8] }
    return frame
  }
}

/// Reads frames as a connection does: pieces are appended, used bytes are dropped.
private func frames(in pieces: [ArraySlice<UInt8>]) -> [ReceivedFrame]? {
  var waiting: [UInt8] = []
  var result: [ReceivedFrame] = []
  for piece in pieces {
    waiting += piece
    var used = 0
    reading: while true {
      let decoding: ReceivedFrame? = waiting[used...].withUnsafeBytes { bytes in
        if case .frame(let frame) = Frame.decode(bytes) {
          used += frame.size
          return ReceivedFrame(frame)
        }
        return nil
      }
      guard let decoding else { break reading }
      result.append(decoding)
    }
    waiting.removeFirst(used)
  }
  return waiting.isEmpty ? result : nil
}

@Suite("A stream of frames")
struct FrameStreamTests {
  @Test("is read the same byte by byte, in random pieces and all at once", arguments: 1...10)
  func pieces(round: Int) {
    var random = TestSeed.generator("frame stream \(round)", standard: UInt64(100 + round))
    let sent = (0..<40).map { _ in FrameBytes.random(&random) }
    let stream = sent.flatMap(\.bytes)
    let whole = frames(in: [stream[...]])
    #expect(whole?.count == sent.count)
    #expect(frames(in: stream.indices.map { stream[$0...$0] }) == whole)
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < stream.count {
      let end = min(stream.count, start + 1 + random.next(below: 200))
      pieces.append(stream[start..<end])
      start = end
    }
    #expect(frames(in: pieces) == whole)
  }

  @Test("holds what was written, part for part", arguments: 1...10)
  func roundTrip(round: Int) throws {
    var random = TestSeed.generator("frame round trip \(round)", standard: UInt64(200 + round))
    for _ in 0..<100 {
      let frame = FrameBytes.random(&random)
      let bytes = written { write(frame, to: $0, random: &random) }
      #expect(bytes == frame.bytes)
      let read = try #require(decoded(bytes))
      #expect(read.type.rawValue == frame.type)
      #expect(read.id == frame.id)
      #expect(read.flags == frame.flags)
      #expect(read.deadline == frame.deadline)
      #expect(read.hopsLeft == frame.hopsLeft)
      #expect(read.status == frame.status)
      #expect(read.fields == frame.fields.flatMap { [$0.name, $0.value] })
      #expect(read.context == frame.context)
      #expect(read.payloadSize == frame.payload.count)
    }
  }

  /// Writes the parts in a random order of fields and context pieces.
  private func write(_ frame: FrameBytes, to buffer: ByteBuffer, random: inout SeededGenerator) {
    let writer = FrameWriter(
      to: buffer, type: FrameType(rawValue: frame.type)!, flags: frame.flags, id: frame.id, deadline: frame.deadline,
      hopsLeft: frame.hopsLeft, status: frame.status)
    var fields = frame.fields[...]
    var context = frame.context[...]
    while !fields.isEmpty || !context.isEmpty {
      if let field = fields.first, context.isEmpty || random.chance(0.5) {
        field.name.withUnsafeBytes { name in field.value.withUnsafeBytes { writer.appendField(name, $0) } }
        fields.removeFirst()
      } else {
        let size = 1 + random.next(below: context.count)
        appendContext(Array(context.prefix(size)), to: writer)
        context.removeFirst(size)
      }
    }
    writer.finish(payloadSize: frame.payload.count)
  }

  @Test("keeps a value that is filled in place at the size that was used")
  func filledInPlace() throws {
    let bytes = written { buffer in
      let writer = FrameWriter(to: buffer, type: .request, id: 1)
      _ = Array("name".utf8).withUnsafeBytes { name in
        writer.appendField(name, sizeMax: 1_000) { place in
          place.storeBytes(of: 0x41, as: UInt8.self)
          place.storeBytes(of: 0x42, toByteOffset: 1, as: UInt8.self)
          return 2
        }
      }
      writer.finish(payloadSize: 0)
    }
    #expect(bytes.count == 32 + 4 + 4 + 2)
    #expect(try #require(decoded(bytes)).fields == [Array("name".utf8), Array("AB".utf8)])
  }
}
