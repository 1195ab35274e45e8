// What the fidelity check counts as lost, against views written by hand: keys, bytes, types and flag bits, per depth and
// edge.

import Bytes
import Context
import Control
import LoadClient
import Statistics
import Testing
import Topology

@Suite("The losses of a fidelity check")
struct FidelityLossTests {
  /// A packed image, changed.
  private func changed(_ image: [UInt8], _ change: (inout ContextSnapshot) -> Void) -> [UInt8] {
    var snapshot = image.withUnsafeBytes { ContextSnapshot(packedImage: $0)! }
    change(&snapshot)
    let context = PackedContext()
    context.setSpanContext(
      SpanContext(
        traceIDHigh: snapshot.traceIDHigh, traceIDLow: snapshot.traceIDLow, spanID: snapshot.hasSpan ? 7 : 0,
        flags: snapshot.flags))
    if let state = snapshot.traceState { context.setTraceState(Array(state.utf8).span.bytes) }
    for (name, value) in snapshot.entries {
      switch value {
      case .integer(let value):
        context.setInteger(ContextSchema.key(named: name) ?? ContextKey(name: name, type: .integer), value)
      case .text(let value):
        context.setText(
          ContextSchema.key(named: name) ?? ContextKey(name: name, type: .text), Array(value.utf8).span.bytes)
      }
    }
    return [UInt8](unsafeUninitializedCapacity: context.packedSize()) { buffer, count in
      count = context.packedSize()
      context.writePacked(to: UnsafeMutableRawPointer(buffer.baseAddress!))
    }
  }

  private func losses(
    _ topology: Topology, requestCount: Int = 3, _ answer: ([UInt8]) -> [SeenView]?
  ) throws -> FidelityLosses {
    let check = try FidelityCheck(topology, requestCount: requestCount, trace: .whole)
    _ = check.perform(answer)
    return try #require(check.losses)
  }

  @Test("are none where every node saw what was sent, at every depth and over every edge")
  func lossless() throws {
    let losses = try losses(.chain()) { [("a>b>c", $0), ("a>b", $0), ("a", $0)] }
    #expect(losses.byDepth.map(\.depth) == [1, 2, 3])
    #expect(
      losses.byEdge.map { "\($0.caller)>\($0.callee) \($0.propagator)" } == [
        "client>a packed", "a>b packed", "b>c packed",
      ])
    for loss in losses.byDepth.map(\.loss) + losses.byEdge.map(\.loss) {
      #expect(loss.isLossless && loss.contexts == 3)
      // Trace id, span id, flags, tracestate; request id, user, tenant: names and values.
      #expect(loss.keys == 3 * 7 && loss.keysKept == 3 * 7)
      let bytes = 16 + 8 + 1 + SentTrace.whole.state.utf8.count + (10 + 16) + (4 + 8) + (6 + 15)
      #expect(loss.bytes == 3 * bytes && loss.bytesKept == 3 * bytes)
      #expect(loss.lostKeys == [] && loss.changedTypes == [] && loss.lostFlags == 0)
    }
  }

  @Test("stand at the edge behind which keys are gone, and at every depth from there on")
  func atAnEdge() throws {
    let topology = Topology.graph([
      .named("a", [.call(.to(1, by: "b3"))]), .named("b", [.call(.to(2, by: "packed"))]), .named("c"),
    ])
    let losses = try losses(topology) { image in
      let bare = changed(image) { snapshot in
        snapshot.entries = [:]
        snapshot.traceState = nil
        snapshot.flags &= ~2
      }
      return [("a", image), ("a>b", bare), ("a>b>c", bare)]
    }
    let gone = ["request-id", "tenant", "tracestate", "user"]
    #expect(losses.byEdge.map(\.loss.lostKeys) == [[], gone, []])
    #expect(losses.byEdge.map(\.loss.changedKeys) == [[], ["trace-flags"], []])
    #expect(losses.byEdge.map(\.loss.lostFlags) == [0, 2, 0])
    #expect(losses.byEdge.map(\.loss.keysKept) == [21, 6, 9])
    #expect(losses.byEdge[2].loss.isLossless)
    #expect(losses.byDepth.map(\.loss.lostKeys) == [[], gone, gone])
    #expect(losses.byDepth[2].loss.keptKeyRatio == 2.0 / 7)
  }

  @Test("tell a changed type from a changed value, half a trace id from a whole one, and a lost flag from a gained one")
  func changes() throws {
    var topology = Topology.chain()
    topology.client.set = [Assignment(key: "attempt", value: .integer(3))]
    let losses = try losses(topology, requestCount: 1) { image in
      let other = changed(image) { snapshot in
        snapshot.traceIDHigh = 0
        snapshot.flags = 0x81
        snapshot.entries["attempt"] = .text("3")
        snapshot.entries["request-id"] = .text("another")
      }
      return [("a", other)]
    }
    let loss = try #require(losses.byEdge.first?.loss)
    #expect(loss.lostKeys == [])
    #expect(loss.changedKeys == ["request-id", "trace-flags", "trace-id"])
    #expect(loss.changedTypes == [ContextLoss.ChangedType(key: "attempt", sent: "integer", arrived: "text")])
    #expect(loss.lostFlags == 0x02 && loss.gainedFlags == 0x80)
    // Kept: span id, tracestate, tenant, user, and half of the trace id.
    #expect(loss.keysKept == 4)
    #expect(loss.bytesKept == 8 + SentTrace.whole.state.utf8.count + 21 + 12 + 8)
  }

  @Test("count what a service sets on the way as sent by it, and not as lost by those before")
  func setOnTheWay() throws {
    let set = Step.set([Assignment(key: "region", value: .text("eu"))])
    let topology = Topology.graph([.named("a", [set, .call(.to(1, by: "packed"))]), .named("b")])
    let lost = try losses(topology) { [("a", $0), ("a>b", $0)] }
    #expect(lost.byEdge.map(\.loss.lostKeys) == [[], ["region"]])
    let kept = try losses(topology) { image in
      [("a", image), ("a>b", changed(image) { $0.entries["region"] = .text("eu") })]
    }
    #expect(kept.byEdge.allSatisfy { $0.loss.isLossless } && kept.byEdge.map(\.loss.keys) == [21, 24])
  }

  @Test("are apart for edges that differ in their transport alone")
  func transports() throws {
    let calls = ["frame", "pigeon"].map { Step.call(.to(1, by: "packed", over: $0)) }
    let losses = try losses(.graph([.named("a", calls), .named("b")])) { [("a", $0), ("a>b", $0), ("a>b", $0)] }
    #expect(losses.byEdge.map(\.callee) == ["a", "b", "b"])
    #expect(losses.byEdge.map(\.transport) == ["frame", "frame", "pigeon"])
    #expect(losses.byEdge.map(\.loss.contexts) == [3, 3, 3])
  }

  @Test("name at most 32 keys, and count the others", arguments: [32, 33, 60])
  func bounded(count: Int) throws {
    let set = Step.set((0..<count).map { Assignment(key: "k\(10 + $0)", value: .integer(1)) })
    let topology = Topology.graph([.named("a", [set, .call(.to(1, by: "packed"))]), .named("b")])
    let loss = try #require(try losses(topology) { [("a", $0), ("a>b", $0)] }.byEdge.last?.loss)
    #expect(loss.lostKeys == (10..<42).map { "k\($0)" })
    #expect(loss.unnamedKeys == count - 32)
  }

  @Test("are whole or nothing for bytes that nobody reads")
  func opaque() throws {
    let check = try FidelityCheck(.chain("opaque", store: "none"), requestCount: 1, opaqueSize: 300)
    _ = check.perform { bytes in [("a", bytes), ("a>b", bytes), ("a>b>c", bytes.reversed())] }
    let losses = try #require(check.losses)
    #expect(losses.byDepth.map(\.loss.bytesKept) == [300, 300, 0])
    #expect(losses.byDepth.allSatisfy { $0.loss.bytes == 300 && $0.loss.keys == 0 })
  }
}
