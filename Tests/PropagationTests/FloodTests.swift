// Floods of fields: beyond the budget nothing is looked at, and nothing is kept. Whatever lies beyond is memory that
// cannot be read, so a propagator that looked would end the test run.

import Context
import Foundation
import Propagation
import Testing

/// Fields that can be read, then `count` fields of one name whose values cannot.
private struct FloodCarrier: CarrierReader {
  let readable: [(name: String, value: [UInt8])]
  let name: String
  let unreadable: UnsafeRawBufferPointer
  let count: Int

  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    forEachField { field, value in
      if field.withUnsafeBytes({ ContextText.equal($0, name) }) { body(value) }
    }
  }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    for field in readable { body(field.name.utf8.span.bytes, field.value.span.bytes) }
    for _ in 0..<count { body(name.utf8.span.bytes, unreadable.bytes) }
  }

  var binary: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

@Suite("A flood of fields")
struct FloodTests {
  struct Flood: CustomTestStringConvertible {
    let propagator: String
    let field: String
    /// Values that spend the budget, each of a field of its own; `<n>` in the name is the number.
    let spending: [String]
    /// Bytes of each value beyond.
    let size: Int
    let drops: ExtractionDrops
    /// Of the fields that spend the budget, how many are kept.
    let keptCount: Int
    var testDescription: String { "\(propagator) \(field)" }
  }

  private static let large = String(repeating: "v", count: 4_000)

  static let floods = [
    Flood(
      propagator: "baggage", field: "baggage", spending: ["a=\(large)", "b=\(large)", "c=\(large)"], size: 4_000,
      drops: .overSize, keptCount: 2),
    Flood(
      propagator: "jaeger", field: "uberctx-k", spending: [large, large], size: 4_000, drops: .overSize, keptCount: 2),
    Flood(
      propagator: "ottrace", field: "ot-baggage-k", spending: [large, large], size: 4_000, drops: .overSize,
      keptCount: 2),
    Flood(
      propagator: "jaeger", field: "uber-trace-id", spending: [], size: 129, drops: .malformedSpanContext, keptCount: 0),
    Flood(
      propagator: "xray", field: "x-amzn-trace-id", spending: [], size: 8_193, drops: .malformedSpanContext,
      keptCount: 0),
    Flood(
      propagator: "ottrace", field: "ot-tracer-traceid", spending: [], size: 33, drops: .malformedSpanContext,
      keptCount: 0),
    Flood(
      propagator: "datadog", field: "x-datadog-trace-id", spending: [], size: 21, drops: .malformedSpanContext,
      keptCount: 0),
    Flood(
      propagator: "datadog", field: "x-datadog-tags", spending: [], size: 513,
      drops: .overSize, keptCount: 0),
    Flood(
      propagator: "raw-headers", field: "x-tenant-code", spending: [], size: 8_193,
      drops: [.overSize, .malformedMember], keptCount: 0),
    Flood(
      propagator: "tracecontext", field: "traceparent", spending: ["00"], size: 8_193, drops: .malformedSpanContext,
      keptCount: 0),
    Flood(propagator: "b3", field: "x-b3-traceid", spending: [], size: 513, drops: .malformedSpanContext, keptCount: 0),
    Flood(propagator: "b3", field: "b3", spending: ["broken"], size: 513, drops: .malformedSpanContext, keptCount: 0),
  ]

  @Test("costs what the budget costs: a thousand lines beyond it are not looked at", arguments: floods)
  func beyond(flood: Flood) throws {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let size = (flood.size + page - 1) / page * page
    let memory = try #require(mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    defer { munmap(memory, size) }
    let readable = flood.spending.enumerated().map { index, value in
      (
        name: flood.propagator == "baggage" || value.utf8.count < 10 ? flood.field : flood.field + "\(index)",
        value: Array(value.utf8)
      )
    }
    let carrier = FloodCarrier(
      readable: readable, name: flood.field, unreadable: UnsafeRawBufferPointer(start: memory, count: flood.size),
      count: 1_000)
    for kind in StoreKind.compared {
      let context = kind.makeContext()
      #expect(try propagator(flood.propagator).extract(carrier, into: context) == flood.drops, "\(kind)")
      #expect(context.snapshot.entries.count == flood.keptCount, "\(kind)")
      #expect(context.packedSize() <= 70 + flood.keptCount * (4 + 2 + 4_000), "\(kind)")
      #expect(!context.snapshot.hasSpan, "\(kind)")
    }
  }

  @Test("of small entries keeps 64 of them", arguments: [("jaeger", "uberctx-"), ("ottrace", "ot-baggage-")])
  func members(name: String, prefix: String) throws {
    for count in [63, 64, 65, 1_000] {
      let fields = (0..<count).map { (name: "\(prefix)n\($0 + 1_000)", value: Array("v".utf8)) }
      for kind in StoreKind.compared {
        let context = kind.makeContext()
        let drops = try propagator(name).extract(FrameTestCarrier(fields: fields, binary: []), into: context)
        // A thousand of them spend the 8192 bytes too.
        #expect(drops == (count == 1_000 ? [.tooManyMembers, .overSize] : count == 65 ? .tooManyMembers : []))
        #expect(context.snapshot.entries.keys.sorted() == (0..<min(count, 64)).map { "n\($0 + 1_000)" })
      }
    }
  }

  @Test("sent as entries of their own ends at 64 entries and 8192 bytes", arguments: ["jaeger", "ottrace"])
  func sending(name: String) throws {
    let propagator = try propagator(name)
    for (count, size) in [(64, 1), (65, 1), (200, 1), (3, 4_000), (64, 120)] {
      for kind in StoreKind.compared {
        let context = kind.makeContext()
        for index in 0..<count { context.set("n\(index + 100)", String(repeating: "v", count: size)) }
        let fields = injected(context, by: propagator, over: .frame).receivedFields
        #expect(fields.count <= 64)
        #expect(fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.count } <= 8_192)
        let receiver = kind.makeContext()
        #expect(propagator.extract(injected(context, by: propagator, over: .frame), into: receiver) == [])
        #expect(receiver.snapshot == propagator.delivered(context.snapshot))
        let kept = (0..<min(count, 64, 8_192 / (fields[0].name.utf8.count + size))).map { "n\($0 + 100)" }
        #expect(receiver.snapshot.entries.keys.sorted() == kept)
      }
    }
  }

  @Test("in a message of protobuf is counted before anything is built from it")
  func protobuf() throws {
    // 2 million empty entries, 4 MiB: the largest section of a frame.
    let section = Array(repeatElement([0x32, 0x00] as [UInt8], count: 2 << 20).joined())
    let context = StoreKind.map.makeContext()
    let carrier = FrameTestCarrier(fields: [], binary: section)
    #expect(try propagator("protobuf").extract(carrier, into: context) == .tooManyMembers)
    #expect(try propagator("protobuf,baggage").extract(carrier, into: context) == .tooManyMembers)
    #expect(context.snapshot == ContextSnapshot())
  }
}
