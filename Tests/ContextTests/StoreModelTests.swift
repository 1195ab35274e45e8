// Random sequences of operations on every store, held against a plain dictionary.

import Statistics
import Context
import Testing

@Suite("A store under random operations")
struct StoreModelTests {
  private static let keys: [ContextKey] =
    ContextSchema.keys + [
      ContextKey(name: "a", type: .text), ContextKey(name: "b", type: .integer), ContextKey(name: "a.b", type: .text),
      ContextKey(name: String(repeating: "n", count: 255), type: .text),
    ]
  private static let texts = [
    "", "x", "sixteen-bytes-ok", "seventeen-bytes-x", "größer", String(repeating: "z", count: 700),
  ]

  @Test("holds what a dictionary would", arguments: StoreKind.compared, 1...40 as ClosedRange<UInt64>)
  func model(kind: StoreKind, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var context = kind.makeContext()
    var model = ContextSnapshot()
    var received: [UInt8] = []
    for step in 0..<60 {
      let key = StoreModelTests.keys.randomElement(using: &random) ?? .tenant
      let text = StoreModelTests.texts.randomElement(using: &random) ?? ""
      switch Int.random(in: 0..<11, using: &random) {
      case 0, 1, 2:
        if key.type == .text {
          context.set(key, text)
          model.setEntry(key.name, .text(text))
        } else {
          let value = Int64(bitPattern: random.next())
          context.setInteger(key, value)
          model.setEntry(key.name, .integer(value))
        }
      case 3:
        context.set("wire", text)
        model.setEntry("wire", .text(text))
      case 4:
        context.setSpanContext(.sample)
        (model.traceIDHigh, model.traceIDLow) = (SpanContext.sample.traceIDHigh, SpanContext.sample.traceIDLow)
        (model.hasSpan, model.flags) = (true, SpanContext.sample.flags)
      case 5:
        context.setTraceState("k=\(step)")
        model.traceState = "k=\(step)"
      case 6: context.detach()
      case 7:
        // On to the next process: the image outlives the context that reads it.
        let image = context.image()
        context = kind.makeContext()
        received = image
        let isRead = received.withUnsafeBytes { context.readPacked($0) }
        #expect(isRead, "seed \(seed), step \(step)")
        context.detach()
      case 8:
        let name = ["wire", "a", "b"].randomElement(using: &random) ?? "a"
        context.removeEntry(name: name.utf8.span.bytes)
        model.entries[name] = nil
      case 9:
        context.removeTraceState()
        model.traceState = nil
      default:
        if random.next() % 8 == 0 {
          context.reset()
          model = ContextSnapshot()
        }
      }
      #expect(context.snapshot == model, "seed \(seed), step \(step)")
      #expect(ContextSnapshot(packedImage: context.image()) == model, "seed \(seed), step \(step)")
      var checksum = ContextChecksum()
      context.fold(key, into: &checksum)
      #expect(checksum.value == ContextChecksum.of([value(key, in: model)]), "seed \(seed), step \(step)")
    }
  }

  private func value(_ key: ContextKey, in model: ContextSnapshot) -> ContextValue? {
    switch (key.type, model.entries[key.name]) {
    case (.integer, .integer(let value)?): .integer(value)
    case (.text, .text(let value)?): .text(value)
    default: nil
    }
  }
}
