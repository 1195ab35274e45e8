import Control
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

private let rules = GatewayRules(
  required: [FieldRule(field: "x-tenant-code", target: "tenant", pattern: "[a-z0-9-]{1,16}")],
  optional: [FieldRule(field: "x-user-id", target: "user")], rejected: [RejectedField(field: "x-internal")])

private func request(_ id: UInt64, _ fields: [(String, String)], flags: UInt8 = 0) -> FrameBytes {
  var frame = FrameBytes.request(id: id, flags: flags)
  frame.fields = fields.map { (Array($0.utf8), Array($1.utf8)) }
  return frame
}

@Suite("A node that is a gateway")
struct GatewayNodeTests {
  static let refused: [(fields: [(String, String)], reason: GatewayRefusal, status: StatusCode)] = [
    ([], .missingField, .unauthenticated),
    ([("x-tenant-code", "No Tenant!")], .malformedField, .unauthenticated),
    ([("x-tenant-code", "acme"), ("x-tenant-code", "acme")], .repeatedField, .unauthenticated),
    ([("x-tenant-code", "acme"), ("x-internal", "1")], .rejectedField, .invalidArgument),
  ]

  @Test(
    "refuses, counts the reason, and its callee hears nothing", arguments: refused.indices,
    [[Step.call(call())], [.call(call(retries: 1)), .work(.fixed(nanoseconds: 10))]])
  func refusing(index: Int, script: [Step]) throws {
    let (fields, reason, status) = Self.refused[index]
    let bench = try NodeBench(script: script, gateway: rules)
    let caller = try bench.connect(propagator: "baggage")
    for id in 1...3 { caller.send(request(UInt64(id), fields, flags: id == 2 ? FrameFlags.echo : 0)) }
    #expect(bench.loop.turn { caller.replies.count == 3 })
    #expect(caller.replies.allSatisfy { $0.type == .error && $0.status == status.rawValue })
    #expect(bench.counters.refusalsByReason[Int(reason.rawValue)] == 3)
    #expect((0..<8).reduce(0) { $0 + bench.counters.refusalsByReason[$1] } == 3)
    #expect(bench.counters.errors == 3 && bench.counters.deliveries == 3 && bench.counters.open == 0)
    // A good one goes through, by the same connection and into the slots of those refused.
    caller.send(request(9, [("x-tenant-code", "acme"), ("x-user-id", "42")]))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    bench.callee.answer(0)
    #expect(bench.loop.turn { caller.reply(to: 9)?.type == .response })
    #expect(bench.callee.frames.count == 1)
  }

  @Test("passes on what it cleaned, and none of the raw fields", arguments: ["map", "struct", "packed", "value-chain"])
  func passing(store: String) throws {
    let bench = try NodeBench(
      script: [.call(call(propagator: "baggage"))], store: store, contextWork: false, gateway: rules)
    let caller = try bench.connect(propagator: "baggage")
    caller.send(
      request(
        1, [("baggage", "user=1,tenant=evil"), ("x-tenant-code", "acme"), ("x-user-id", "42"), ("x-other", "1")]))
    // What the request before left is not there any more.
    caller.send(request(2, [("x-tenant-code", "acme"), ("x-user-id", "no number")]))
    #expect(bench.loop.turn { bench.callee.requests.count == 2 })
    let fields = bench.callee.requests.map { $0.fields.map { String(decoding: $0, as: UTF8.self) } }
    #expect(fields == [["baggage", "user=42,tenant=acme"], ["baggage", "tenant=acme"]])
    #expect(bench.counters.extractionDrops == 1)
  }
}
