// Truncated, mutated and random input, for every propagator: never a crash, never an unbounded or unclean context.

import Statistics
import Context
import Propagation
import Testing

@Suite("Malformed input")
struct MalformedInputTests {
  static let names = PropagatorContractTests.names

  /// Extracts into two stores and checks that what came out is a context like any other.
  private func check(_ carrier: FrameTestCarrier, _ propagator: any Propagator, _ label: @autoclosure () -> String) {
    let packed = StoreKind.packed.makeContext()
    let map = StoreKind.map.makeContext()
    let drops = propagator.extract(carrier, into: packed)
    #expect(propagator.extract(carrier, into: map) == drops, "\(label())")
    let snapshot = packed.snapshot
    #expect(snapshot == map.snapshot, "\(label())")
    #expect(snapshot.entries.count <= ContextLimits.entryCountMax + ContextSchema.fieldCount, "\(label())")
    #expect(packed.image().withUnsafeBytes { ContextSnapshot(packedImage: $0) } == snapshot, "\(label())")
    for field in injected(map, by: propagator, over: .frame).receivedFields {
      #expect(isPrintable(field.value), "\(label())")
    }
  }

  private func sample(_ name: String, seed: UInt64) throws -> (any Propagator, any TestCarrier) {
    let propagator = try propagator(name)
    let context = StoreKind.packed.makeContext()
    context.fill(seed: seed)
    return (propagator, injected(context, by: propagator, over: .frame))
  }

  @Test("cut at every byte, long ones at 150 places and many fields at 300, is survived", arguments: names)
  func truncation(name: String) throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      let (propagator, carrier) = try sample(name, seed: seed)
      let (binary, received) = (Array(carrier.binary), carrier.receivedFields)
      let step = max(1, binary.count / 150)
      for size in stride(from: 0, to: binary.count, by: step) {
        let cut = FrameTestCarrier(fields: received, binary: Array(binary[..<size]))
        check(cut, propagator, "seed \(seed), binary cut at \(size)")
      }
      let fieldStep = max(1, received.reduce(0) { $0 + $1.value.count } / 300)
      for (index, field) in received.enumerated() {
        for size in stride(from: 0, to: field.value.count, by: max(fieldStep, field.value.count / 150)) {
          var fields = received
          fields[index].value = Array(field.value[..<size])
          check(
            FrameTestCarrier(fields: fields, binary: binary), propagator, "seed \(seed), \(field.name) cut at \(size)")
        }
      }
    }
  }

  @Test("mutated at random is survived", arguments: names, 1...6 as ClosedRange<UInt64>)
  func mutation(name: String, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (propagator, carrier) = try sample(name, seed: seed)
    let interesting = Array(" \t,;=%-\"{}:\\\0".utf8) + [0x80, 0xff, 0xc3]
    func mutate(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
        let offset = Int.random(in: 0..<min(bytes.count, 600), using: &random)
        switch random.next() % 5 {
        case 0: bytes[offset] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[offset] ^= 1 << UInt8(random.next() % 8)
        case 2: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: offset)
        case 3: bytes[offset] = interesting.randomElement(using: &random) ?? 0
        default: bytes.remove(at: offset)
        }
      }
      return bytes
    }
    let received = carrier.receivedFields
    for round in 0..<150 {
      var fields = received.map { (name: $0.name, value: mutate($0.value)) }
      if random.next() % 8 == 0, let first = fields.first { fields.append(first) }
      let binary = mutate(Array(carrier.binary))
      check(FrameTestCarrier(fields: fields, binary: binary), propagator, "seed \(seed), round \(round)")
    }
  }

  @Test("of random bytes is survived", arguments: names)
  func randomBytes(name: String) throws {
    var random = SeededGenerator(seed: 7)
    let propagator = try propagator(name)
    for round in 0..<300 {
      func bytes() -> [UInt8] {
        (0..<Int.random(in: 0..<120, using: &random)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      }
      let names = [
        "traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "x-b3-spanid", "uber-trace-id", "uberctx-a",
        "x-amzn-trace-id", "ot-tracer-traceid", "ot-tracer-spanid", "ot-baggage-a", "x-datadog-trace-id",
        "x-datadog-parent-id", "x-datadog-tags", "x-user-id", "x-tenant-code", "x-trace-id",
      ]
      let fields = names.map { (name: $0, value: bytes()) }
      check(FrameTestCarrier(fields: fields, binary: bytes()), propagator, "seed 7, round \(round)")
    }
  }
}
