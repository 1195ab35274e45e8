import Testing
import Topology

/// An entry whose gateway has these lines, and a service behind it.
private func gateway(_ lines: String..., client: String = "", second: String = "{name: b}") -> String {
  let block = lines.map { "      \($0)\n" }.joined()
  return
    "version: 1\nentry: a\n\(client)services:\n  - name: a\n    script: [call: b]\n    gateway:\n\(block)  - \(second)\n"
}

@Suite("The rules of a gateway")
struct GatewayReadingTests {
  static let whole = gateway(
    "required: [{field: x-tenant-code, target: tenant, pattern: \"[a-z]{1,16}\"}]",
    "optional: [{field: x-user-id, target: user}, {field: x-trace-id, target: trace-id}]",
    "rejected: [x-internal, {field: x-debug, pattern: \"1|true\"}]",
    "mappings:",
    "  - {source: x-a, target: region, when: {field: x-kind, is: \"\"}}",
    "  - {source: x-b, target: region, pattern: \".{3}\", when: {field: x-kind, matches: \"a|b\"}}",
    "  - {source: x-c, target: region, when: {field: x-kind, absent: true}}",
    "  - {source: x-d, target: region}",
    "defaults: {plan: free, weight: 7}",
    client:
      "client:\n  fields: {x-tenant-code: acme, x-n: 007}\n  bad: [{share: 1%, fields: {x-tenant-code: null, x-n: \"\"}}]\n"
  )

  @Test("are read as they are written")
  func reading() throws {
    let topology = try parse(Self.whole)
    #expect(
      topology.services[0].gateway
        == GatewayRules(
          required: [FieldRule(field: "x-tenant-code", target: "tenant", pattern: "[a-z]{1,16}")],
          optional: [
            FieldRule(field: "x-user-id", target: "user"), FieldRule(field: "x-trace-id", target: "trace-id"),
          ],
          rejected: [RejectedField(field: "x-internal"), RejectedField(field: "x-debug", pattern: "1|true")],
          mappings: [
            FieldMapping(source: "x-a", target: "region", when: FieldCondition(field: "x-kind", is: "")),
            FieldMapping(
              source: "x-b", target: "region", pattern: ".{3}", when: FieldCondition(field: "x-kind", matches: "a|b")),
            FieldMapping(source: "x-c", target: "region", when: FieldCondition(field: "x-kind", absent: true)),
            FieldMapping(source: "x-d", target: "region"),
          ],
          defaults: [
            Assignment(key: "plan", value: .text("free")), Assignment(key: "weight", value: .integer(7)),
          ]))
    #expect(topology.services[1].gateway == nil)
    #expect(
      topology.client.fields == [
        ClientField(name: "x-tenant-code", value: "acme"), ClientField(name: "x-n", value: "007"),
      ])
    #expect(
      topology.client.bad == [
        BadRequests(
          share: 0.01,
          fields: [ClientField(name: "x-tenant-code", value: nil), ClientField(name: "x-n", value: "")])
      ])
  }

  @Test("survive their print, odd names and texts too")
  func printing() throws {
    #expect(try parse(TopologyPrinter.yaml(try parse(Self.whole))) == (try parse(Self.whole)))
    let odd = gateway(
      "rejected: [\"-\", \"null\", \"7\", \"x|y\", {field: \"~\", pattern: \"\\\\\\\\\"}]",
      "mappings: [{source: \"null\", target: \"null\", when: {field: \"1\", is: \"\\t\\\"\"}}]",
      client: "client: {fields: {\"-\": \"\\0\", \"null\": null}}\n")
    #expect(try parse(TopologyPrinter.yaml(try parse(odd))) == (try parse(odd)))
  }

  static let problems: [(text: String, problem: String)] = [
    (gateway("require: []"), "x.yaml:7:7: services.a.gateway: unknown key \"require\"; did you mean \"required\"?"),
    (gateway("required: []"), "x.yaml:7:7: services.a.gateway: expected at least one rule, got none"),
    (
      gateway("required: [{field: x-a}]"),
      "x.yaml:7:18: services.a.gateway.required[0]: missing key \"target\""
    ),
    (
      gateway("required: [{field: X-A, target: tenant}]"),
      "x.yaml:7:26: services.a.gateway.required[0].field: expected a field name in lower case such as x-user-id, "
        + "got \"X-A\""
    ),
    (
      gateway("required: [{field: x-a, target: Tenant}]"),
      "x.yaml:7:39: services.a.gateway.required[0].target: expected a name of a-z 0-9 - . _ that starts with a letter "
        + "or digit, got \"Tenant\""
    ),
    (
      gateway("optional: [{field: x-a, target: t, pattern: \"[a\"}]"),
      "x.yaml:7:51: services.a.gateway.optional[0].pattern: pattern \"[a\": no \"]\" for a \"[\" at byte 3 of the pattern"
    ),
    (
      gateway("optional: [{field: x-a, target: t}, {field: x-b, target: t}]", "rejected: [x-b]"),
      "x.yaml:7:7: services.a.gateway: field \"x-b\" is named twice"
    ),
    (
      gateway("mappings: [{source: x-a, target: t, when: {field: x-b}}]"),
      "x.yaml:7:49: services.a.gateway.mappings[0].when: expected exactly one of is, matches and absent"
    ),
    (
      gateway("mappings: [{source: x-a, target: t, when: {field: x-b, is: a, absent: true}}]"),
      "x.yaml:7:49: services.a.gateway.mappings[0].when: expected exactly one of is, matches and absent"
    ),
    (
      gateway("defaults: []"),
      "x.yaml:7:17: services.a.gateway.defaults: expected keys and their values, got a list"
    ),
    (
      gateway("rejected: [x-a]", second: "{name: b, gateway: {rejected: [x-a]}}"),
      "x.yaml:8:24: services.b.gateway: only the entry can be a gateway: it cleans what the client sends"
    ),
    (
      "max-depth: 9\n" + gateway("rejected: [x-a]", second: "{name: b, script: [call: a]}"),
      "x.yaml:9:30: services.b.script[0].call: no service can call \"a\": it is a gateway"
    ),
    (
      "version: 1\nentry: a\nservices: [{name: a, store: none, gateway: {rejected: [x-a]}}]",
      "x.yaml:3:44: services.a.gateway: a gateway needs a store, got none"
    ),
    (
      gateway("rejected: [x-a]", client: "client: {fields: {X-A: b}}\n"),
      "x.yaml:3:19: client.fields: expected a field name in lower case such as x-user-id, got \"X-A\""
    ),
    (
      gateway(
        "rejected: [x-a]", client: "client: {bad: [{share: 60%, fields: {a: b}}, {share: 41%, fields: {a: b}}]}\n"),
      "x.yaml:3:15: client.bad: the shares add up to more than 1"
    ),
    (
      script("call: {service: b, deadline: ignored}"),
      "x.yaml:6:38: services.a.script[0].call.deadline: unknown deadline \"ignored\"; did you mean \"ignore\"?"
    ),
  ]

  @Test("that are wrong are one line with the place", arguments: problems.indices)
  func wrong(index: Int) {
    #expect(problem(Self.problems[index].text) == Self.problems[index].problem)
  }

  @Test("are bounded in number, each just under and just over")
  func limits() throws {
    func rules(_ count: Int) -> String { "[" + (0..<count).map { "x-\($0)" }.joined(separator: ", ") + "]" }
    let countMax = TopologyLimits.gatewayRuleCountMax
    #expect(throws: Never.self) { try parse(gateway("rejected: \(rules(countMax))")) }
    #expect(
      problem(gateway("rejected: \(rules(countMax))", "defaults: {a: b}")).hasSuffix(
        "services.a.gateway: expected at most 64 rules, got 65"))
    func client(_ count: Int) -> String {
      "client: {fields: {" + (0..<count).map { "x-\($0): a" }.joined(separator: ", ") + "}}\n"
    }
    #expect(throws: Never.self) { try parse(gateway("rejected: [a]", client: client(64))) }
    #expect(problem(gateway("rejected: [a]", client: client(65))).hasSuffix("expected at most 64 fields, got 65"))
  }
}

@Suite("A strategy with an edge of its own")
struct EdgePresetTests {
  private let plain = "version: 1\nentry: b\nservices:\n  - {name: a}\n  - {name: b, script: [call: a]}\n"

  @Test("makes the entry a gateway, in the file and from a command alike, and survives the print")
  func edge() throws {
    let written = try parse("defaults: {strategy: gateway}\n" + plain)
    #expect(written.client.propagator == "raw-headers")
    #expect(
      written.services.map(\.store) == ["struct", "map"] && written.services.map(\.strategy) == ["gateway", "custom"])
    #expect(written.services[1].gateway == standardRules && written.services[0].gateway == nil)
    #expect(written.services[1].script.flatMap(\.calls).map(\.propagator) == ["schema"])
    let applied = try parse(plain).applying(TopologyOverrides(strategy: "gateway"), vocabulary: vocabulary)
    #expect(applied == written)
    #expect(try parse(TopologyPrinter.yaml(written)) == written)
  }

  @Test("leaves the file's own rules and fields where there are some; other strategies take them away")
  func ownRules() throws {
    let topology = try parse(GatewayReadingTests.whole)
    let gateway = try topology.applying(TopologyOverrides(strategy: "gateway"), vocabulary: vocabulary)
    #expect(gateway.services[0].gateway == topology.services[0].gateway && gateway.client.fields != nil)
    let packed = try topology.applying(TopologyOverrides(strategy: "packed"), vocabulary: vocabulary)
    #expect(packed.services.allSatisfy { $0.gateway == nil } && packed.client.fields == nil && packed.client.bad == nil)
    #expect(packed.client.propagator == "packed")
  }
}
