// What every store promises, whatever it is made of.

import Context
import Testing

@Suite("Every store")
struct StoreContractTests {
  @Test("gives back what was set", arguments: StoreKind.compared)
  func setAndGet(kind: StoreKind) {
    let context = kind.makeContext()
    context.set(.tenant, "acme")
    context.setInteger(.user, -42)
    context.set("session.id", "ü ,;=%")
    context.set("count", Int64.min)
    #expect(context.text(.tenant) == "acme")
    #expect(context.integer(.user) == -42)
    #expect(context.text(ContextKey(name: "session.id", type: .text)) == "ü ,;=%")
    #expect(context.integer(ContextKey(name: "count", type: .integer)) == Int64.min)
  }

  @Test("shows the newest value once", arguments: StoreKind.compared)
  func shadowing(kind: StoreKind) {
    let context = kind.makeContext()
    for value in 0..<5 {
      context.set(.requestID, "request-\(value)")
      context.setInteger(.user, Int64(value))
      context.set("other", "\(value)")
    }
    #expect(context.text(.requestID) == "request-4")
    var names: [String] = []
    context.forEachEntry { name, _, _ in
      names.append(name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
    }
    #expect(names == ["request-id", "user", "other"])
  }

  @Test("answers nil for what is absent or of another type", arguments: StoreKind.compared)
  func absent(kind: StoreKind) {
    let context = kind.makeContext()
    #expect(context.text(.requestID) == nil)
    #expect(context.integer(.user) == nil)
    #expect(context.text(.absent) == nil)
    context.set(.requestID, "7")
    context.setInteger(.user, 7)
    context.set("n", "7")
    context.set("m", 7)
    #expect(context.integer(.requestID) == nil)
    #expect(context.text(.user) == nil)
    #expect(context.integer(ContextKey(name: "n", type: .integer)) == nil)
    #expect(context.text(ContextKey(name: "m", type: .text)) == nil)
    #expect(context.integer(ContextKey(name: "m", type: .integer)) == 7)
  }

  @Test("changes a value's type when it is set again", arguments: StoreKind.compared)
  func typeChange(kind: StoreKind) {
    let context = kind.makeContext()
    context.set("n", "text that is longer than a field")
    context.set("n", 9)
    #expect(context.integer(ContextKey(name: "n", type: .integer)) == 9)
    #expect(context.snapshot.entries == ["n": .integer(9)])
  }

  @Test("moves a declared text between its field and the tail without a trace", arguments: StoreKind.compared)
  func longText(kind: StoreKind) {
    let context = kind.makeContext()
    let long = String(repeating: "x", count: ContextLimits.textSizeMax)
    context.set("before", "1")
    for text in ["short", long, "sixteen-bytes-ok", "seventeen-bytes-x", "", long] {
      context.set(.tenant, text)
      #expect(context.text(.tenant) == text)
      #expect(context.snapshot.entries == ["tenant": .text(text), "before": .text("1")])
    }
  }

  @Test("holds the trace, and a new span id only where there is a trace", arguments: StoreKind.compared)
  func spans(kind: StoreKind) {
    let context = kind.makeContext()
    context.setSpanID(5)
    #expect(context.spanContext() == .none)
    context.setSpanContext(.sample)
    #expect(context.spanContext() == .sample)
    context.setSpanID(5)
    var child = SpanContext.sample
    child.spanID = 5
    #expect(context.spanContext() == child)
    context.setSpanContext(SpanContext(traceIDHigh: 1, traceIDLow: 0, spanID: 0, flags: 1))
    #expect(context.spanContext() == .none)
    context.setSpanID(5)
    #expect(context.spanContext() == .none)
  }

  @Test("holds the tracestate beside the entries", arguments: StoreKind.compared)
  func traceState(kind: StoreKind) {
    let context = kind.makeContext()
    #expect(context.snapshot.traceState == nil)
    context.setTraceState("a=1,b=2")
    context.set("x", "y")
    context.setTraceState("c=3")
    #expect(context.snapshot.traceState == "c=3")
    #expect(context.snapshot.entries == ["x": .text("y")])
    context.removeTraceState()
    context.removeTraceState()
    #expect(context.snapshot.traceState == nil)
    #expect(context.snapshot.entries == ["x": .text("y")])
    context.setTraceState("d=4")
    #expect(context.snapshot.traceState == "d=4")
  }

  @Test("takes another trace without the tracestate of the one before", arguments: StoreKind.compared)
  func continueTrace(kind: StoreKind) {
    let context = kind.makeContext()
    var span = SpanContext.sample
    span.flags = SpanContext.sampled | SpanContext.random
    context.continueTrace(span, saysRandom: true)
    context.setTraceState("a=1")
    context.set("x", "y")
    // The same trace under another span id, in a format that has no flag for a random id.
    (span.spanID, span.flags) = (9, SpanContext.debug)
    context.continueTrace(span, saysRandom: false)
    #expect(context.spanContext().spanID == 9)
    #expect(context.snapshot.flags == SpanContext.debug | SpanContext.random)
    #expect(context.snapshot.traceState == "a=1")
    context.continueTrace(span, saysRandom: true)
    #expect(context.snapshot.flags == SpanContext.debug)
    span.traceIDHigh ^= 1
    context.continueTrace(span, saysRandom: false)
    #expect(context.spanContext() == span)
    #expect(context.snapshot.traceState == nil)
    #expect(context.snapshot.entries == ["x": .text("y")])
  }

  @Test("removes an undeclared entry, whose place another one can have", arguments: StoreKind.compared)
  func removal(kind: StoreKind) {
    let context = kind.makeContext()
    context.removeEntry(name: "absent".utf8.span.bytes)
    #expect(context.snapshot == ContextSnapshot())
    for index in 0..<ContextLimits.entryCountMax { context.set("n\(index)", "v\(index)") }
    context.set(.tenant, "acme")
    context.removeEntry(name: "n7".utf8.span.bytes)
    context.removeEntry(name: "n7".utf8.span.bytes)
    #expect(context.text(ContextKey(name: "n7", type: .text)) == nil)
    #expect(context.snapshot.entries.count == ContextLimits.entryCountMax)
    context.set("new", 1)
    context.set("over", 1)
    #expect(context.snapshot.entries.count == ContextLimits.entryCountMax + 1)
    #expect(context.integer(ContextKey(name: "new", type: .integer)) == 1)
    context.removeEntry(name: "new".utf8.span.bytes)
    context.set("n7", "again")
    #expect(context.text(ContextKey(name: "n7", type: .text)) == "again")
    #expect(context.text(ContextKey(name: "n8", type: .text)) == "v8")
    #expect(ContextSnapshot(packedImage: context.image()) == context.snapshot)
  }

  @Test("is empty after a reset and can be used again", arguments: StoreKind.compared)
  func reset(kind: StoreKind) {
    let context = kind.makeContext()
    for round in 0..<3 {
      #expect(context.snapshot == ContextSnapshot(), "round \(round)")
      context.setSpanContext(.sample)
      context.setTraceState("a=1")
      context.set(.tenant, "acme")
      context.setInteger(.user, 1)
      context.set("x", String(repeating: "y", count: 8_000))
      context.set("z", String(repeating: "y", count: 8_000))
      context.set("n", 1)
      #expect(context.snapshot.entries.count == 5)
      context.reset()
    }
  }

  @Test("keeps the first 256 undeclared names, and the declared ones beside them", arguments: StoreKind.compared)
  func entryLimit(kind: StoreKind) {
    let context = kind.makeContext()
    for index in 0..<(ContextLimits.entryCountMax - 1) { context.set("n\(index)", Int64(index)) }
    context.set("last", "1")
    #expect(context.snapshot.entries.count == ContextLimits.entryCountMax)
    context.set("over", "1")
    context.set("n0", "changed")
    context.set(.requestID, "r")
    context.setInteger(.user, 1)
    context.set(.tenant, "a tenant longer than a field")
    let entries = context.snapshot.entries
    #expect(entries.count == ContextLimits.entryCountMax + 3)
    #expect(entries["over"] == nil)
    #expect(entries["n0"] == .text("changed"))
    #expect(ContextSnapshot(packedImage: context.image())?.entries == entries)
  }

  @Test("reads no received byte after it was detached", arguments: StoreKind.compared)
  func detach(kind: StoreKind) {
    let source = StoreKind.map.makeContext()
    source.setSpanContext(.sample)
    source.set(.tenant, "acme")
    source.set("x", "in the tail")
    var image = source.image()
    let context = kind.makeContext()
    image.withUnsafeMutableBytes { bytes in
      let isRead = context.readPacked(UnsafeRawBufferPointer(bytes))
      #expect(isRead)
      context.detach()
      for offset in bytes.indices { bytes[offset] = 0xff }
    }
    #expect(context.snapshot == source.snapshot)
    context.reset()
    #expect(context.snapshot == ContextSnapshot())
  }

  @Test("leaves the received image as it was when it is written", arguments: StoreKind.compared)
  func copyOnWrite(kind: StoreKind) {
    let source = StoreKind.packed.makeContext()
    source.setSpanContext(.sample)
    source.set(.requestID, "one")
    let image = source.image()
    let context = kind.makeContext()
    image.withUnsafeBytes { bytes in
      let isRead = context.readPacked(bytes)
      #expect(isRead)
      context.set(.requestID, "two")
      context.setInteger(.user, 3)
      context.setSpanID(9)
      context.set("x", "y")
    }
    #expect(image == source.image())
    #expect(context.text(.requestID) == "two")
  }

  @Test("without entries holds bytes that it never reads")
  func opaque() {
    let context = StoreKind.none.makeContext()
    var bytes: [UInt8] = Array(1...200)
    bytes.withUnsafeMutableBytes { buffer in
      context.opaque = UnsafeRawBufferPointer(buffer)
      context.detach()
      for offset in buffer.indices { buffer[offset] = 0 }
    }
    #expect(context.image() == Array(1...200))
    #expect(context.snapshot == ContextSnapshot())
    context.reset()
    #expect(context.packedSize() == 0)
    #expect(StandardWork(layer: 1, growth: .shadow, keysPerLayer: 3).perform(on: context, spanID: 1) == 0)
  }
}

extension ContextSnapshot {
  init?(packedImage image: [UInt8]) {
    guard let snapshot = image.withUnsafeBytes({ ContextSnapshot(packedImage: $0) }) else { return nil }
    self = snapshot
  }
}
