// The standard work reads the same and leaves the same under every store.

import Context
import Testing

@Suite("The standard work")
struct StandardWorkTests {
  private func clientContext(_ kind: StoreKind) -> RequestContext {
    let context = kind.makeContext()
    context.setSpanContext(.sample)
    context.set(.tenant, "acme")
    context.set(.requestID, "0000000000000001")
    context.setInteger(.user, 7)
    return context
  }

  @Test("has equal checksums and results under every store", arguments: ContextGrowth.allCases, [0, 1, 2, 3, 5, 30])
  func equalUnderEveryStore(growth: ContextGrowth, keysPerLayer: Int) {
    let contexts = StoreKind.compared.map { clientContext($0) }
    for layer in 1...6 {
      let work = StandardWork(layer: layer, growth: growth, keysPerLayer: keysPerLayer)
      let before = contexts[0].snapshot
      let newest =
        growth == .shadow || layer == 1
        ? before.entries["request-id"] : before.entries[StandardWork.keyName(layer: layer - 1, index: 0)]
      let expected = ContextChecksum.of([newest, before.entries["tenant"], nil])
      for context in contexts {
        #expect(work.perform(on: context, spanID: UInt64(layer)) == expected)
        #expect(context.snapshot == work.applied(to: before))
        #expect(context.spanContext().spanID == UInt64(layer))
        #expect(context.spanContext().traceIDHigh == SpanContext.sample.traceIDHigh)
      }
    }
  }

  @Test("keeps within the entry limit under every store, and says what it left")
  func distinctBeyondTheLimit() {
    let contexts = StoreKind.compared.map { clientContext($0) }
    for layer in 1...6 {
      let work = StandardWork(layer: layer, growth: .distinct, keysPerLayer: 50)
      let expected = work.applied(to: contexts[0].snapshot)
      for context in contexts {
        _ = work.perform(on: context, spanID: 1)
        #expect(context.snapshot == expected)
      }
    }
    #expect(contexts[0].snapshot.entries.count == ContextLimits.entryCountMax + 3)
  }

  @Test("sets texts of 16 and 15 bytes by turns, and integers of one length")
  func lengths() {
    for layer in [1, 2, 9, 10, 64, 1_000] {
      #expect(StandardWork.requestID(layer: layer).count == (layer % 2 == 1 ? 16 : 15))
      #expect(String(StandardWork.user(layer: layer)).utf8.count == 7)
    }
    #expect(StandardWork.requestID(layer: 1) != StandardWork.requestID(layer: 2))
    #expect(StandardWork.keyName(layer: 3, index: 0) == "l3.a")
    #expect(StandardWork.keyName(layer: 3, index: 26) == "l3.k26")
  }

  @Test("does not invent a trace")
  func noTrace() {
    for kind in StoreKind.compared {
      let context = kind.makeContext()
      _ = StandardWork(layer: 1, growth: .shadow, keysPerLayer: 3).perform(on: context, spanID: 1)
      #expect(context.spanContext() == .none)
    }
  }
}
