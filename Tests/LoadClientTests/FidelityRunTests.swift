// The check of what arrives, against replies written by hand: what is right passes, and of what is wrong the first edge
// is named.

import Bytes
import Context
import Control
import EventLoop
import LoadClient
import Propagation
import Statistics
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

/// A context that a node says it saw.
typealias SeenView = (path: String, image: [UInt8])

final class FidelityCheck: FidelityRunDelegate, LoadConnectionDelegate {
  let loop: EventLoop
  private(set) var connection: LoadConnection!
  private(set) var run: FidelityRun!
  private(set) var outcome: FidelityOutcome?
  private(set) var losses: FidelityLosses?

  init(
    _ topology: Topology, requestCount: Int = 3, inFlight: Int = 1, hopsLeft: Int = 100, timeout: Int64 = 30 * second,
    opaqueSize: Int? = nil, trace: SentTrace = SentTrace()
  ) throws {
    loop = try makeLoop()
    connection = LoadConnection(
      Connection(loop: loop, fd: try makeIdleDescriptor()), to: ServiceAddress(host: "test", port: 1),
      propagator: topology.client.propagator, delegate: self)
    connection.connection.output.removeAll()
    let images = try RequestImages(
      client: topology.client, propagator: allPropagators[topology.client.propagator]!, deadline: 0,
      hopsLeft: hopsLeft, flags: .echo, seed: 1, opaqueSize: opaqueSize, trace: trace)
    run = FidelityRun(
      token: 5, requestCount: requestCount, inFlight: inFlight, hopsLeft: hopsLeft, timeoutNanoseconds: timeout,
      loop: loop,
      connection: connection, images: images, topology: topology, propagators: allPropagators, delegate: self)
  }

  deinit { connection.close() }

  /// Answers each request with the views that `answer` makes of the context that was sent; nil is an error reply.
  func perform(_ answer: ([UInt8]) -> [SeenView]?) -> FidelityOutcome? {
    run.start()
    while outcome == nil {
      let output = connection.connection.output
      guard case .frame(let frame) = Frame.decode(output.readable) else { return nil }
      #expect(frame.flags == FrameFlags.echo)
      let (id, image) = (frame.id, Array(frame.context))
      output.consume(frame.size)
      reply(id, answer(image))
    }
    return outcome
  }

  /// Requests written so far; nothing reads them.
  var sentCount: Int {
    var (count, rest) = (0, connection.connection.output.readable)
    while case .frame(let frame) = Frame.decode(rest) {
      count += 1
      rest = UnsafeRawBufferPointer(rebasing: rest[frame.size...])
    }
    return count
  }

  func reply(_ id: UInt64, _ views: [SeenView]?) {
    let frame = views.map { FrameBytes.response(id: id, context: FidelityCheck.records($0)) }
    (frame ?? .error(id: id, status: 14)).bytes.withUnsafeBytes {
      guard case .frame(let frame) = Frame.decode($0) else { return }
      run.didReceive(ReceivedReply(frame.message, tag: frame.id, status: frame.status))
    }
  }

  private static func records(_ views: [SeenView]) -> [UInt8] {
    views.flatMap { view in
      littleEndian(UInt16(view.path.utf8.count)) + Array(view.path.utf8) + littleEndian(UInt32(view.image.count))
        + view.image
    }
  }

  func run(_ run: FidelityRun, didFinish outcome: FidelityOutcome, losses: FidelityLosses) {
    self.outcome = outcome
    self.losses = losses
  }
  func connectionIsReady(_ connection: LoadConnection) {}
  func connection(_ connection: LoadConnection, didReceive reply: ReceivedReply) {}
  func connection(_ connection: LoadConnection, didFail reason: String) {}
}

@Suite("The fidelity check")
struct FidelityRunTests {
  /// A packed image whose user is another one.
  private static func otherUser(_ image: [UInt8]) -> [UInt8] {
    let context = PackedContext()
    return image.withUnsafeBytes { bytes in
      _ = context.readPacked(bytes)
      context.setInteger(.user, 1)
      return [UInt8](unsafeUninitializedCapacity: context.packedSize()) { buffer, count in
        count = context.packedSize()
        context.writePacked(to: UnsafeMutableRawPointer(buffer.baseAddress!))
      }
    }
  }

  @Test("takes the refusal that a gateway's rules declare, and no answer in its place")
  func refusal() throws {
    var topology = Topology.chain()
    topology.services[0].gateway = GatewayRules(required: [FieldRule(field: "x-tenant-code", target: "tenant")])
    let refused = try #require(try FidelityCheck(topology).perform { _ in nil })
    #expect(refused.requests == 3 && refused.failed == 0 && refused.views == 0 && refused.firstDifferingEdge == nil)
    let answered = try #require(try FidelityCheck(topology).perform { [("a", $0)] })
    #expect(answered.firstDifferingEdge == "client → a")
    #expect(answered.expected == "a refusal" && answered.found == "an answer")
    topology.client.fields = [ClientField(name: "x-tenant-code", value: "acme")]
    let failed = try #require(try FidelityCheck(topology).perform { _ in nil })
    #expect(failed.failed == 3)
  }

  @Test("finds nothing where every node saw what was sent")
  func faithful() throws {
    let outcome = try #require(
      FidelityCheck(.chain()).perform { [("a>b>c", $0), ("a>b", $0), ("a", $0)] })
    #expect(outcome == FidelityOutcome(token: 5, requests: 3, views: 9))
  }

  @Test("names the first edge behind which a context differs, with what was expected and what came")
  func differs() throws {
    let check = try FidelityCheck(.chain())
    let outcome = try #require(
      check.perform { image in
        let wrong = FidelityRunTests.otherUser(image)
        return [("a>b>c", wrong), ("a", image), ("a>b", wrong)]
      })
    #expect(outcome.firstDifferingEdge == "a → b")
    #expect(outcome.found == "user integer 1")
    #expect(outcome.expected?.hasPrefix("user integer ") == true)
    // The first mismatch ends the check.
    #expect(outcome.requests == 1)
  }

  @Test(
    "names the edge of a context that is missing, of one too many, and of the client's own edge",
    arguments: [
      (["a", "a>b"], "b → c", "a context from a>b>c", "none"),
      (["a"], "a → b", "a context from a>b", "none"),
      (["a", "a>b", "a>b>c", "a>x"], "a → x", "no visit of a>x", "one"),
      (["a", "a>b", "a>b>c", "a>b"], "a → b", "no visit of a>b", "one"),
      ([], "client → a", "a context from a", "none"),
    ])
  func missing(paths: [String], edge: String, expected: String, found: String) throws {
    let outcome = try #require(FidelityCheck(.chain()).perform { image in paths.map { ($0, image) } })
    #expect(outcome.firstDifferingEdge == edge)
    #expect(outcome.expected == expected)
    #expect(outcome.found == found)
  }

  @Test("of several that are missing names the first in the topology's order, not in that of a hash table")
  func severalMissing() throws {
    let callees = (1...12).map { "z\($0)" }
    let topology = Topology.graph(
      [.named("a", callees.indices.map { .call(.to($0 + 1, by: "packed")) })] + callees.map { .named($0) })
    let outcome = try #require(FidelityCheck(topology).perform { [("a", $0)] })
    #expect(outcome.firstDifferingEdge == "a → z1")
  }

  @Test("takes bytes that are no image for a missing context")
  func malformed() throws {
    let outcome = try #require(
      FidelityCheck(.chain()).perform { [("a", $0), ("a>b", [1, 2, 3]), ("a>b>c", $0)] })
    #expect(outcome.firstDifferingEdge == "a → b")
    #expect(outcome.found == "none")
  }

  @Test("misses no context that was left to chance")
  func uncertain() throws {
    let topology = Topology.graph([.named("a", [.call(.to(1, by: "packed", probability: 0.5))]), .named("b")])
    var isOdd = false
    let outcome = try #require(
      FidelityCheck(topology, requestCount: 4).perform { image in
        isOdd.toggle()
        return isOdd ? [("a", image), ("a>b", image)] : [("a", image)]
      })
    #expect(outcome == FidelityOutcome(token: 5, requests: 4, views: 6))
  }

  @Test("lists what is lost as declared, and expects it to be lost")
  func declaredLoss() throws {
    let topology = Topology.graph([.named("a", [.call(.to(1, by: "none"))]), .named("b")])
    let outcome = try #require(FidelityCheck(topology).perform { [("a", $0), ("a>b", [])] })
    #expect(outcome.firstDifferingEdge == nil)
    #expect(outcome.lostKeys == ["request-id", "span-id", "tenant", "trace-flags", "trace-id", "user"])
    let kept = try #require(FidelityCheck(topology).perform { [("a", $0), ("a>b", $0)] })
    #expect(kept.firstDifferingEdge == "a → b")
  }

  @Test("wants opaque bytes of a size of their own back, bit for bit, and says where they differ")
  func opaqueBytes() throws {
    let topology = Topology.chain("opaque", store: "none")
    let same = try #require(
      FidelityCheck(topology, opaqueSize: 300).perform { bytes in
        #expect(bytes.count == 300)
        return [("a", bytes), ("a>b", bytes), ("a>b>c", bytes)]
      })
    #expect(same == FidelityOutcome(token: 5, requests: 3, views: 9))
    for (changed, found) in [(299, "300 bytes, other from byte 299 on"), (nil, "299 bytes")] as [(Int?, String)] {
      let outcome = try #require(
        FidelityCheck(topology, opaqueSize: 300).perform { bytes in
          var wrong = bytes
          if let changed { wrong[changed] ^= 1 } else { wrong.removeLast() }
          return [("a", bytes), ("a>b", wrong), ("a>b>c", wrong)]
        })
      #expect(outcome.firstDifferingEdge == "a → b")
      #expect(outcome.expected == "300 opaque bytes")
      #expect(outcome.found == found)
    }
    // Nobody reads them, so a store on the way shows an empty context, which then is all that goes on by other means.
    let read = Topology.graph([.named("a", [.call(.to(1, by: "packed"))]), .named("b")], client: "opaque")
    let empty = try #require(FidelityCheck(read, opaqueSize: 300).perform { _ in [("a", []), ("a>b", [])] })
    #expect(empty.firstDifferingEdge == nil)
    #expect(empty.lostKeys.contains("tenant"))
  }

  @Test("counts requests that failed or timed out, and goes on")
  func failures() throws {
    var count = 0
    let outcome = try #require(
      FidelityCheck(.chain(), requestCount: 5).perform { image in
        count += 1
        return count % 2 == 0 ? nil : [("a", image), ("a>b", image), ("a>b>c", image)]
      })
    #expect(outcome == FidelityOutcome(token: 5, requests: 5, views: 9, failed: 2))
    let silent = try FidelityCheck(.chain(), requestCount: 3, timeout: millisecond)
    silent.run.start()
    #expect(silent.loop.turn(until: { silent.outcome != nil }))
    #expect(silent.outcome == FidelityOutcome(token: 5, requests: 3, failed: 3))
  }

  @Test("keeps a few requests under way, and each has its own timeout", arguments: [1, 3, 32])
  func inFlight(count: Int) throws {
    let check = try FidelityCheck(.chain(), requestCount: 10, inFlight: count, timeout: 20 * millisecond)
    check.run.start()
    #expect(check.sentCount == min(count, 10))
    // The descriptor takes nothing, so what was sent can be counted.
    var sentCount = 0
    #expect(
      check.loop.turn(until: {
        sentCount = max(sentCount, check.sentCount)
        return check.outcome != nil
      }))
    #expect(check.outcome == FidelityOutcome(token: 5, requests: 10, failed: 10))
  }

  @Test("a lost connection fails what is left, and a reply to another request is ignored")
  func lost() throws {
    let check = try FidelityCheck(.chain(), requestCount: 10)
    check.run.start()
    check.reply(12, [("a", [])])
    #expect(check.outcome == nil)
    check.run.didLoseConnection()
    #expect(check.outcome == FidelityOutcome(token: 5, requests: 10, failed: 10))
  }
}
