// Every way in which bytes are no frame, provoked by bytes, and every limit just under and just over it.

import Bytes
import TestSupport
import Testing
import TransportCore
import TransportFrame

/// What decoding says about `bytes`.
enum Decoding: Equatable {
  case needsMore
  case frame(size: Int)
  case invalid(TransportFault)

  init(_ bytes: some Collection<UInt8>) {
    self = Array(bytes).withUnsafeBytes { bytes in
      switch Frame.decode(bytes) {
      case .needsMore: .needsMore
      case .frame(let frame): .frame(size: frame.size)
      case .invalid(let fault): .invalid(fault)
      }
    }
  }
}

private func frame(_ change: (inout FrameBytes) -> Void) -> [UInt8] {
  var frame = FrameBytes.request(id: 1)
  change(&frame)
  return frame.bytes
}

private func fields(_ count: Int, valueSize: Int = 0) -> [(name: [UInt8], value: [UInt8])] {
  Array(repeating: (name: [0x6e], value: [UInt8](repeating: 0x76, count: valueSize)), count: count)
}

@Suite("Bytes that are no frame")
struct FrameFaultTests {
  static let faults: [(String, [UInt8], TransportFault)] = [
    ("a size below the header's", frame { $0.sizeField = 27 }, .tooShort),
    ("a size of 0", frame { $0.sizeField = 0 }, .tooShort),
    ("a size over the limit", frame { $0.sizeField = UInt32(FrameLimits.frameSizeMax - 4 + 1) }, .tooLarge),
    ("the largest size", frame { $0.sizeField = .max }, .tooLarge),
    ("type 0", frame { $0.type = 0 }, .unknownType),
    ("type 7", frame { $0.type = 7 }, .unknownType),
    ("a context beyond the frame", frame { $0.contextSize = 1 }, .sizesDisagree),
    ("a payload beyond the frame", frame { $0.payloadSize = 1 }, .sizesDisagree),
    ("the largest payload", frame { $0.payloadSize = .max }, .sizesDisagree),
    (
      "context and payload that together are beyond it",
      frame {
        ($0.context, $0.payload) = ([1, 2], [3, 4])
        ($0.contextSize, $0.payloadSize) = (3, 2)
      }, .sizesDisagree
    ),
    ("more fields than allowed", frame { $0.fields = fields(FrameLimits.fieldCountMax + 1) }, .tooManyFields),
    ("fields of too many bytes", frame { $0.fields = fields(2, valueSize: 32_764) }, .tooManyFields),
    ("a field where none is counted", frame { ($0.fields, $0.fieldCount) = (fields(1), 0) }, .malformedField),
    ("fewer fields than counted", frame { ($0.fields, $0.fieldCount) = (fields(1), 2) }, .malformedField),
    ("more fields than counted", frame { ($0.fields, $0.fieldCount) = (fields(2), 1) }, .malformedField),
    ("a counted field without bytes", frame { $0.fieldCount = 1 }, .malformedField),
    ("a field without a name", frame { $0.fields = [([], [0x31])] }, .malformedField),
    (
      "a field that runs into the context",
      frame {
        ($0.fields, $0.context) = ([([0x61], [])], [1])
        ($0.fieldCount, $0.contextSize) = (1, 2)
      }, .malformedField
    ),
    ("a context over the limit", frame { $0.contextSize = UInt32(FrameLimits.contextSizeMax + 1) }, .contextTooLarge),
    ("the largest context", frame { $0.contextSize = .max }, .contextTooLarge),
  ]

  @Test("are refused by reason", arguments: faults)
  func refusal(name: String, bytes: [UInt8], fault: TransportFault) {
    #expect(Decoding(bytes) == .invalid(fault), "\(name)")
  }

  @Test("are refused with every reason that decoding knows")
  func coverage() {
    let provoked = Set(FrameFaultTests.faults.map(\.2))
    let notDecoding: Set<TransportFault> = [.unexpectedType, .unexpectedHello, .noHopsLeft]
    let ofOthers: Set<TransportFault> = [
      .malformedStartLine, .wrongHost, .ambiguousLength, .malformedChunk, .unsupported, .stalled, .malformedPreface,
      .protocolError, .flowControl, .compression, .frameSize, .flood, .malformedMessage,
    ]
    #expect(provoked == Set(TransportFault.allCases).subtracting(notDecoding).subtracting(ofOthers))
  }

  @Test("are refused as soon as the size field is there", arguments: [4, 5, 31])
  func earlyRefusal(count: Int) {
    let tooShort = frame { $0.sizeField = 27 }
    let tooLarge = frame { $0.sizeField = UInt32(FrameLimits.frameSizeMax) }
    #expect(Decoding(tooShort.prefix(count)) == .invalid(.tooShort))
    #expect(Decoding(tooLarge.prefix(count)) == .invalid(.tooLarge))
    #expect(Decoding(tooLarge.prefix(3)) == .needsMore)
  }

  @Test("never include a prefix of a good frame")
  func prefixes() {
    var good = FrameBytes.hello()
    good.context = [1, 2, 3]
    good.payload = [4, 5]
    let bytes = good.bytes
    for count in bytes.indices { #expect(Decoding(bytes.prefix(count)) == .needsMore, "\(count) bytes") }
    #expect(Decoding(bytes) == .frame(size: bytes.count))
    #expect(Decoding(bytes + [1, 2, 3]) == .frame(size: bytes.count))
    #expect(Decoding([]) == .needsMore)
  }
}

@Suite("The limits of a frame")
struct FrameLimitTests {
  @Test("admit a frame of the largest size, and not a byte more")
  func frameSize() {
    var largest = FrameBytes.request(id: 1)
    largest.payload = [UInt8](repeating: 0, count: FrameLimits.frameSizeMax - 32)
    #expect(Decoding(largest.bytes) == .frame(size: FrameLimits.frameSizeMax))
    largest.payload.append(0)
    #expect(Decoding(largest.bytes) == .invalid(.tooLarge))
  }

  @Test("admit a context of the largest size, and not a byte more")
  func contextSize() {
    var largest = FrameBytes.request(id: 1)
    largest.context = [UInt8](repeating: 0, count: FrameLimits.contextSizeMax)
    #expect(Decoding(largest.bytes) == .frame(size: FrameLimits.contextSizeMax + 32))
    largest.context.append(0)
    #expect(Decoding(largest.bytes) == .invalid(.contextTooLarge))
  }

  @Test("admit as many fields as allowed, and not one more")
  func fieldCount() {
    let max = FrameLimits.fieldCountMax
    #expect(Decoding(frame { $0.fields = fields(max) }) == .frame(size: 32 + 5 * max))
    #expect(Decoding(frame { $0.fields = fields(max + 1) }) == .invalid(.tooManyFields))
  }

  @Test("admit fields of as many bytes as allowed, and not one more")
  func fieldsSize() {
    // Two fields of 5 bytes and a value each.
    let valueSize = FrameLimits.fieldsSizeMax / 2 - 5
    let under = frame { $0.fields = fields(2, valueSize: valueSize) }
    #expect(Decoding(under) == .frame(size: 32 + FrameLimits.fieldsSizeMax))
    let over = frame { $0.fields = fields(1, valueSize: valueSize) + fields(1, valueSize: valueSize + 1) }
    #expect(Decoding(over) == .invalid(.tooManyFields))
  }

  @Test("are kept by the writer: a field beyond the number or the bytes is not written")
  func writer() throws {
    let many = written { buffer in
      let writer = FrameWriter(to: buffer, type: .request, id: 1)
      for _ in 0..<(FrameLimits.fieldCountMax + 5) { append("n", "", to: writer) }
      writer.finish(payloadSize: 0)
    }
    #expect(try #require(decoded(many)).fields.count == 2 * FrameLimits.fieldCountMax)
    let half = String(repeating: "v", count: FrameLimits.fieldsSizeMax / 2 - 5)
    let large = written { buffer in
      let writer = FrameWriter(to: buffer, type: .request, id: 1)
      append("a", half, to: writer)
      append("b", half + "x", to: writer)
      append("c", half, to: writer)
      append("d", "", to: writer)
      writer.finish(payloadSize: 0)
    }
    let names = try #require(decoded(large)).fields.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    #expect(names == [[0x61], [0x63]])
  }

  @Test("are kept by the writer: a field without a name or with a value of over 65535 bytes is not written")
  func impossibleFields() throws {
    let bytes = written { buffer in
      let writer = FrameWriter(to: buffer, type: .request, id: 1)
      let value = [UInt8](repeating: 0, count: 65_536)
      value.withUnsafeBytes { value in
        writer.appendField(value, UnsafeRawBufferPointer(start: nil, count: 0))
        writer.appendField(UnsafeRawBufferPointer(start: nil, count: 0), value)
        writer.appendField(UnsafeRawBufferPointer(rebasing: value[..<1]), value)
      }
      writer.finish(payloadSize: 0)
    }
    #expect(try #require(decoded(bytes)).fields.isEmpty)
  }
}
