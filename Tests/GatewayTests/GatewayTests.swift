import Context
import Gateway
import Testing
import Topology

private let edge = GatewayRules(
  required: [FieldRule(field: "x-tenant-code", target: "tenant", pattern: "[a-z0-9-]{1,16}")],
  optional: [
    FieldRule(field: "x-user-id", target: "user", pattern: "[0-9]{1,18}"),
    FieldRule(field: "x-trace-id", target: "trace-id"),
    FieldRule(field: "x-region", target: "region"),
  ],
  rejected: [RejectedField(field: "x-internal-role"), RejectedField(field: "x-debug", pattern: "1|true")],
  mappings: [
    FieldMapping(
      source: "x-service", target: "region", when: FieldCondition(field: "x-kind", is: "service")),
    FieldMapping(
      source: "x-fallback", target: "region", when: FieldCondition(field: "x-kind", matches: "user|guest")),
    FieldMapping(source: "x-last", target: "region", when: FieldCondition(field: "x-kind", absent: true)),
    FieldMapping(source: "x-alias", target: "request-id", when: FieldCondition(field: "x-kind", absent: false)),
  ],
  defaults: [
    Assignment(key: "plan", value: .text("free")), Assignment(key: "user", value: .integer(-1)),
    Assignment(key: "weight", value: .integer(7)),
  ])

private let tenant = ("x-tenant-code", "acme")

@Suite("A gateway")
struct GatewayTests {
  @Test("takes the fields that its rules name, each under its key, and no other")
  func taken() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    let (outcome, context) = cleaned(
      edge,
      [
        ("accept", "*/*"), tenant, ("x-user-id", "42"), ("x-trace-id", trace), ("x-region", "eu"),
        ("traceparent", "00-\(trace)-00f067aa0ba902b7-01"), ("x-user", "7"),
      ])
    #expect(outcome == GatewayOutcome())
    #expect(
      context.entries == [
        "tenant": .text("acme"), "user": .integer(42), "region": .text("eu"), "plan": .text("free"),
        "weight": .integer(7),
      ])
    #expect(context.traceIDHigh == 0x4bf9_2f35_77b3_4da6 && context.traceIDLow == 0xa3ce_929d_0e0e_4736)
    #expect(context.hasSpan && context.flags == 1 && context.traceState == nil)
  }

  static let refusals: [(fields: [(String, String)], reason: GatewayRefusal)] = [
    ([], .missingField),
    ([("x-user-id", "42")], .missingField),
    ([("x-tenant-code", "")], .malformedField),
    ([("x-tenant-code", " \t ")], .malformedField),
    ([("x-tenant-code", "ACME")], .malformedField),
    ([("x-tenant-code", "acme;drop")], .malformedField),
    ([("x-tenant-code", "acme\u{0}")], .malformedField),
    ([("x-tenant-code", "12345678901234567")], .malformedField),
    ([tenant, tenant], .repeatedField),
    ([tenant, ("X-Tenant-Code", "evil")], .repeatedField),
    ([tenant, ("x-internal-role", "admin")], .rejectedField),
    ([tenant, ("X-INTERNAL-ROLE", "")], .rejectedField),
    ([("x-internal-role", "admin")], .rejectedField),
    ([tenant, ("x-debug", "true")], .rejectedField),
    ([tenant, ("x-debug", "0"), ("x-debug", "1")], .rejectedField),
    ([tenant, ("x-debug", "0"), ("x-debug", "0")], .rejectedField),
  ]

  @Test("refuses for a reason, the rejected field first", arguments: refusals.indices)
  func refused(index: Int) {
    let (fields, reason) = Self.refusals[index]
    #expect(cleaned(edge, fields).outcome.refusal == reason, "\(fields)")
  }

  @Test("takes names in any case, and values without the spaces and tabs around them")
  func spelling() {
    let (outcome, context) = cleaned(edge, [("X-Tenant-CODE", " \tacme\t"), ("x-debug", "off")])
    #expect(outcome.refusal == nil && context.entries["tenant"] == .text("acme"))
  }

  static let left: [(String, [UInt8])] = [
    ("x-user-id", Array("4x2".utf8)), ("x-user-id", []), ("x-user-id", Array("9999999999999999999".utf8)),
    ("x-trace-id", Array("4bf9".utf8)), ("x-trace-id", Array(String(repeating: "0", count: 32).utf8)),
    ("x-trace-id", Array(String(repeating: "F", count: 32).utf8)), ("x-region", [0xff, 0xfe]),
    ("x-region", [0x61, 0x0a]),
  ]

  @Test("leaves out an optional field that does not match or that its key cannot hold", arguments: left.indices)
  func dropped(index: Int) {
    let (outcome, context) = cleaned(edge, [("x-tenant-code", Array("acme".utf8)), Self.left[index]])
    #expect(outcome == GatewayOutcome(refusal: nil, hasDrops: true))
    #expect(
      context.entries == [
        "tenant": .text("acme"), "plan": .text("free"), "user": .integer(-1), "weight": .integer(7),
      ])
    #expect(!context.hasSpan)
  }

  @Test("leaves out an optional field that is there twice: nobody knows which is meant")
  func twice() {
    let (outcome, context) = cleaned(edge, [tenant, ("x-user-id", "1"), ("x-user-id", "1")])
    #expect(outcome == GatewayOutcome(refusal: nil, hasDrops: true) && context.entries["user"] == .integer(-1))
  }

  static let mappings: [(fields: [(String, String)], region: String?, requestID: String?)] = [
    ([("x-service", "s"), ("x-kind", "service")], "s", nil),
    ([("x-service", "s"), ("x-kind", "user")], nil, nil),
    ([("x-service", "s"), ("x-fallback", "f"), ("x-kind", "guest")], "f", nil),
    ([("x-service", "s"), ("x-fallback", "f"), ("x-kind", "servic")], nil, nil),
    ([("x-last", "l")], "l", nil),
    ([("x-last", "l"), ("x-kind", "")], nil, nil),
    ([("x-alias", "r-1")], nil, nil),
    ([("x-alias", "r-1"), ("x-kind", "any")], nil, "r-1"),
    ([("x-alias", "longer than a field"), ("x-kind", "any")], nil, nil),
    ([("x-region", "first"), ("x-last", "l")], "first", nil),
    ([("x-service", "s"), ("x-kind", "service"), ("x-kind", "service")], nil, nil),
  ]

  @Test(
    "maps a field to a key when the condition holds, and never over a value that is there", arguments: mappings.indices)
  func mapped(index: Int) {
    let (fields, region, requestID) = Self.mappings[index]
    let context = cleaned(edge, [tenant] + fields).context
    #expect(context.entries["region"] == region.map { .text($0) }, "\(fields)")
    #expect(context.entries["request-id"] == requestID.map { .text($0) }, "\(fields)")
  }

  @Test("cleans into every store alike", arguments: StoreKind.allCases.filter { $0 != .none })
  func stores(store: StoreKind) {
    let fields = [tenant, ("x-user-id", "42"), ("x-trace-id", "463ac35c9f6413ad"), ("x-last", "eu")]
    #expect(cleaned(edge, fields, store: store).context == cleaned(edge, fields).context)
  }

  @Test("keeps nothing of the request before")
  func again() {
    let gateway = Gateway(edge)
    let context = StoreKind.struct.makeContext()
    #expect(gateway.clean(RawFields([tenant, ("x-user-id", "42")]), into: context).refusal == nil)
    context.reset()
    #expect(gateway.clean(RawFields([("x-user-id", "42")]), into: context).refusal == .missingField)
    context.reset()
    #expect(gateway.clean(RawFields([tenant]), into: context).refusal == nil)
    #expect(ContextSnapshot(of: context).entries["user"] == .integer(-1))
  }

  @Test("takes what its key's field just holds, and not a byte more")
  func field() {
    let rules = GatewayRules(required: [FieldRule(field: "t", target: "tenant")])
    let size = ContextSchema.textFieldSize
    #expect(cleaned(rules, [("t", String(repeating: "x", count: size))]).outcome.refusal == nil)
    #expect(cleaned(rules, [("t", String(repeating: "x", count: size + 1))]).outcome.refusal == .malformedField)
    let free = GatewayRules(required: [FieldRule(field: "t", target: "note")])
    let textSize = ContextLimits.textSizeMax
    #expect(cleaned(free, [("t", String(repeating: "x", count: textSize))]).outcome.refusal == nil)
    #expect(cleaned(free, [("t", String(repeating: "x", count: textSize + 1))]).outcome.refusal == .malformedField)
  }
}
