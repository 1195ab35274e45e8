import Testing
import Topology

@Suite("What is wrong, and where")
struct TopologyErrorTests {
  @Test(
    "An unknown key names the nearest known one",
    arguments: [
      (
        "version: 1\nentri: a\n",
        "x.yaml:2:1: unknown key \"entri\"; did you mean \"entry\"?"
      ),
      (
        oneService("replica: 2"),
        "x.yaml:5:5: services.a: unknown key \"replica\"; did you mean \"replicas\"?"
      ),
      (
        "version: 1\nentry: a\ndefaults: {stor: map}\nservices: [{name: a}]",
        "x.yaml:3:12: defaults: unknown key \"stor\"; did you mean \"store\"?"
      ),
      (
        "version: 1\nentry: a\nclient: {transport: pigeon}\nservices: [{name: a}]",
        "x.yaml:3:21: client.transport: unknown transport \"pigeon\"; known: frame, http1, grpc"
      ),
      (
        "version: 1\nentry: a\nclient: {colour: red}\nservices: [{name: a}]",
        "x.yaml:3:10: client: unknown key \"colour\"; known: propagator, transport, place, hpack, tracing, size, set, fields, bad"
      ),
      (
        script("call: {service: b, time-out: 5ms}"),
        "x.yaml:6:28: services.a.script[0].call: unknown key \"time-out\"; did you mean \"timeout\"?"
      ),
      (
        script("wrok: 50us"),
        "x.yaml:6:9: services.a.script[0]: unknown key \"wrok\"; did you mean \"work\"?"
      ),
      (
        script("work: {exponentail: 50us}"),
        "x.yaml:6:16: services.a.script[0].work: unknown key \"exponentail\"; did you mean \"exponential\"?"
      ),
      (
        "version: 1\nentry: a\nclient: {propagator: tracecontext,baggage}\nservices: [{name: a}]",
        "x.yaml:3:35: client: unknown key \"baggage\"; quote a text that contains a comma"
      ),
    ])
  func unknownKeys(text: String, description: String) {
    #expect(problem(text) == description)
  }

  @Test(
    "An unknown name says which is meant",
    arguments: [
      (
        script("call: d"),
        "x.yaml:6:15: services.a.script[0].call: unknown service \"d\"; did you mean \"a\"?"
      ),
      (
        script("call: {service: pricing}"),
        "x.yaml:6:25: services.a.script[0].call.service: unknown service \"pricing\"; known: a, b, c"
      ),
      (
        "version: 1\nentry: gatway\nservices: [{name: gateway}]",
        "x.yaml:2:8: entry: unknown service \"gatway\"; did you mean \"gateway\"?"
      ),
      (
        oneService("strategy: vaule-chain"),
        "x.yaml:5:15: services.a.strategy: unknown strategy \"vaule-chain\"; did you mean \"value-chain\"?"
      ),
      (
        oneService("store: mapp"),
        "x.yaml:5:12: services.a.store: unknown store \"mapp\"; did you mean \"map\"?"
      ),
      (
        oneService("propagator: tracecontext,bagage"),
        "x.yaml:5:17: services.a.propagator: unknown propagator \"bagage\"; did you mean \"baggage\"?"
      ),
      (
        oneService("propagator: tracecontext,"),
        "x.yaml:5:17: services.a.propagator: unknown propagator \"\"; known: none, opaque, json-map, tracecontext, "
          + "baggage, b3, binary25, packed, schema, raw-headers, jaeger, xray, ottrace, datadog, protobuf"
      ),
      (
        oneService("growth: distict"),
        "x.yaml:5:13: services.a.growth: unknown growth \"distict\"; did you mean \"distinct\"?"
      ),
      (
        script("call: {service: b, transport: carrier-pigeon}"),
        "x.yaml:6:39: services.a.script[0].call.transport: unknown transport \"carrier-pigeon\"; known: frame, http1, grpc"
      ),
    ])
  func unknownNames(text: String, description: String) {
    #expect(problem(text) == description)
  }

  @Test(
    "A propagator that cannot be used so is refused",
    arguments: [
      ("tracecontext,tracecontext", "propagator \"tracecontext\" is named twice"),
      ("tracecontext,packed", "propagator \"packed\" cannot be joined with others"),
      ("none,baggage", "propagator \"none\" cannot be joined with others"),
      ("[]", "expected a propagator, got an empty list"),
      ("{}", "expected a propagator, got a mapping"),
    ])
  func propagators(text: String, message: String) {
    #expect(problem(oneService("propagator: \(text)")) == "x.yaml:5:17: services.a.propagator: \(message)")
  }

  @Test("A strategy without a name of its own needs a store")
  func customStrategy() {
    let message = "services.a.strategy: strategy \"custom\" needs a \"store\" beside it"
    #expect(problem(oneService("strategy: custom")) == "x.yaml:5:15: \(message)")
  }

  @Test(
    "A missing key is told at the mapping that lacks it",
    arguments: [
      ("entry: a\nservices: [{name: a}]", "x.yaml:1:1: missing key \"version\""),
      ("version: 1\nservices: [{name: a}]", "x.yaml:1:1: missing key \"entry\""),
      ("version: 1\nentry: a", "x.yaml:1:1: missing key \"services\""),
      ("version: 1\nentry: a\nservices:\n  - {replicas: 2}", "x.yaml:4:5: services[0]: missing key \"name\""),
      (script("call: {size: 1B}"), "x.yaml:6:15: services.a.script[0].call: missing key \"service\""),
      (script("sleep: {}"), "x.yaml:6:16: services.a.script[0].sleep: missing key \"exponential\""),
    ])
  func missingKeys(text: String, description: String) {
    #expect(problem(text) == description)
  }

  @Test(
    "A value of the wrong kind says what was expected and what came",
    arguments: [
      ("version: 2\nentry: a\nservices: [{name: a}]", "x.yaml:1:10: version: expected version 1, got \"2\""),
      (
        "version: 1\nentry: a\nservices: {a: {}}",
        "x.yaml:3:11: services: expected a list of services, got a mapping"
      ),
      ("version: 1\nentry: a\nservices: []", "x.yaml:3:11: services: expected at least one service, got none"),
      ("version: 1\nentry: a\nservices:", "x.yaml:3:10: services: expected a list of services, got nothing"),
      ("version: 1\nentry: a\nservices: [a]", "x.yaml:3:12: services[0]: expected a service, got \"a\""),
      (
        "version: 1\nentry: a\ndefaults:\nservices: [{name: a}]",
        "x.yaml:3:10: defaults: expected a mapping of defaults, got nothing"
      ),
      (oneService("script: {call: b}"), "x.yaml:5:13: services.a.script: expected a list of steps, got a mapping"),
      (
        script("call"),
        "x.yaml:6:9: services.a.script[0]: expected a step (set, work, sleep, call, parallel), got \"call\""
      ),
      (script("{}"), "x.yaml:6:9: services.a.script[0]: expected a step, got an empty mapping"),
      (
        script("{work: 1us, sleep: 1us}"),
        "x.yaml:6:21: services.a.script[0]: expected one key, got \"sleep\" beside \"work\""
      ),
      (
        script("parallel: []"),
        "x.yaml:6:19: services.a.script[0].parallel: expected at least one call, got an empty list"
      ),
      (script("parallel: b"), "x.yaml:6:19: services.a.script[0].parallel: expected a list of calls, got \"b\""),
      (
        script("parallel: [{sleep: 1us}]"),
        "x.yaml:6:20: services.a.script[0].parallel[0]: only \"call\" may stand in \"parallel\", got \"sleep\""
      ),
      (
        script("parallel: [b]"),
        "x.yaml:6:20: services.a.script[0].parallel[0]: expected a call (call), got \"b\""
      ),
      (
        script("work: {}"), "x.yaml:6:15: services.a.script[0].work: expected an amount of work, got an empty mapping"
      ),
      (
        script("work: {iterations: 1us}"),
        "x.yaml:6:28: services.a.script[0].work.iterations: expected a whole number 0 to 10000000000, got \"1us\""
      ),
      (
        script("work: {iterations: 1, exponential: 1us}"),
        "x.yaml:6:31: services.a.script[0].work: expected one key, got \"exponential\" beside \"iterations\""
      ),
      (script("set: {}"), "x.yaml:6:14: services.a.script[0].set: expected at least one key, got none"),
      (
        script("set: {user: }"),
        "x.yaml:6:21: services.a.script[0].set.user: expected a whole number or a text, got nothing"
      ),
      (
        script("set: {user: [1]}"),
        "x.yaml:6:21: services.a.script[0].set.user: expected a whole number or a text, got a list"
      ),
      (
        script("set: {[user]: 1}"),
        "x.yaml:6:15: services.a.script[0].set: expected a key, got a list"
      ),
      (
        script("set: {User: 1}"),
        "x.yaml:6:15: services.a.script[0].set: expected a name of a-z 0-9 - . _ that starts with a letter or digit, "
          + "got \"User\""
      ),
      (
        script("set: {user: !!str 42}"),
        "x.yaml:6:21: services.a.script[0].set.user: tags (!…) are not part of the format: quote the value to make it "
          + "a text"
      ),
      (
        script("set: {user: 9223372036854775808}"),
        "x.yaml:6:21: services.a.script[0].set.user: expected an integer of 64 bits, got \"9223372036854775808\"; "
          + "quote it to make it a text"
      ),
      (
        oneService("context-work: yes"),
        "x.yaml:5:19: services.a.context-work: expected true or false, got \"yes\""
      ),
      (
        "version: 1\nentry: a\nservices: [{name: Cart}]",
        "x.yaml:3:19: services[0].name: expected a name of a-z 0-9 - that starts with a letter or digit, got \"Cart\""
      ),
      (
        "version: 1\nentry: a\nservices: [{name: -a}]",
        "x.yaml:3:19: services[0].name: expected a name of a-z 0-9 - that starts with a letter or digit, got \"-a\""
      ),
    ])
  func wrongKinds(text: String, description: String) {
    #expect(problem(text) == description)
  }

  @Test(
    "A number out of its range, or without its unit, names the range",
    arguments: [
      (
        script("work: 50"),
        "script[0].work: expected a duration 0 to 60m such as 50us, got \"50\" without a unit (ns, us, ms, s, m)"
      ),
      (script("sleep: -5ms"), "script[0].sleep: expected a duration 0 to 60m such as 50us, got \"-5ms\""),
      (script("sleep: 61m"), "script[0].sleep: expected a duration 0 to 60m such as 50us, got \"61m\""),
      (script("sleep: 1h"), "script[0].sleep: unknown unit \"h\" in \"1h\"; known: ns, us, ms, s, m"),
      (script("sleep: 0.5ns"), "script[0].sleep: expected a multiple of 1ns, got \"0.5ns\""),
      (script("sleep: soon"), "script[0].sleep: expected a duration 0 to 60m such as 50us, got \"soon\""),
      (
        script("call: {service: b, size: 9MiB}"),
        "script[0].call.size: expected a size 0 to 8MiB such as 512 or 4KiB, got \"9MiB\""
      ),
      (
        script("call: {service: b, size: -1B}"),
        "script[0].call.size: expected a size 0 to 8MiB such as 512 or 4KiB, got \"-1B\""
      ),
      (
        script("call: {service: b, size: 5k}"),
        "script[0].call.size: unknown unit \"k\" in \"5k\"; known: B, kB, KiB, MB, MiB, GB, GiB"
      ),
      (
        script("call: {service: b, probability: 1.5}"),
        "script[0].call.probability: expected a share 0 to 1 such as 0.3 or 0.1%, got \"1.5\""
      ),
      (
        script("call: {service: b, hpack: sometimes}"),
        "script[0].call.hpack: unknown hpack \"sometimes\"; known: index, never-index"
      ),
      (
        script("call: {service: b, hpack: {ids: index}}"),
        "script[0].call.hpack: unknown key \"ids\"; known: trace, baggage, binary, call"
      ),
      (
        script("call: {service: b, place: trailer}"),
        "script[0].call.place: unknown place \"trailer\"; known: header, body"
      ),
      (
        script("call: {service: b, pipeline: 257}"),
        "script[0].call.pipeline: expected a whole number 1 to 256, got \"257\""
      ),
      (
        script("call: {service: b, retries: 17}"),
        "script[0].call.retries: expected a whole number 0 to 16, got \"17\""
      ),
      (oneService("error-rate: 101%"), "error-rate: expected a share 0 to 1 such as 0.3 or 0.1%, got \"101%\""),
      (
        oneService("error-status: OK"),
        "error-status: expected INTERNAL or UNAVAILABLE, got \"OK\""
      ),
      (oneService("replicas: 0"), "replicas: expected a whole number 1 to 64, got \"0\""),
      (oneService("replicas: 1.5"), "replicas: expected a whole number 1 to 64, got \"1.5\""),
      (oneService("replicas: \"2\""), "replicas: expected a whole number 1 to 64, got \"2\""),
      (
        oneService("replicas: 99999999999999999999"),
        "replicas: expected a whole number 1 to 64, got \"99999999999999999999\""
      ),
      (oneService("replicas: +2"), "replicas: expected a whole number 1 to 64, got \"+2\""),
    ])
  func ranges(text: String, message: String) throws {
    let description = problem(text)
    let path = try #require(description.firstRange(of: "services.a."))
    #expect(description[path.upperBound...] == message)
  }

  @Test("A service named twice is told at its second name")
  func duplicateService() {
    let text = "version: 1\nentry: a\nservices:\n  - name: a\n  - {name: b}\n  - replicas: 2\n    name: a\n"
    let message = "services.a.name: duplicate service \"a\", first named in line 4"
    #expect(problem(text) == "x.yaml:7:11: \(message)")
  }

  @Test(
    "A cycle is told at the call that closes it, and named",
    arguments: [
      ([(0, 0)], "x.yaml:4:31: services.s0.script[0].call: the calls form a cycle: s0 → s0"),
      ([(0, 1), (1, 0)], "x.yaml:5:31: services.s1.script[0].call: the calls form a cycle: s0 → s1 → s0"),
      (
        [(0, 1), (1, 2), (1, 3), (3, 1)],
        "x.yaml:7:31: services.s3.script[0].call: the calls form a cycle: s1 → s3 → s1"
      ),
      (
        (0..<12).map { ($0, ($0 + 1) % 12) },
        "x.yaml:15:32: services.s11.script[0].call: the calls form a cycle: s0 → s1 → s2 → s3 → … (5 more) → s9 → s10 "
          + "→ s11 → s0"
      ),
    ])
  func cycles(edges: [(Int, Int)], message: String) throws {
    let text = graph(edges)
    #expect(problem(text) == message + "; bound it with \"max-depth\"")
    let bounded = try parse(text.replacing("entry: s0", with: "entry: s0\nmax-depth: 4"))
    #expect(bounded.maxDepth == 4)
  }

  @Test("A service that no call reaches is an error, also when it is part of a cycle")
  func unreachable() {
    let message = "no call leads from the entry \"s0\" to service \"s1\""
    #expect(problem(graph([(1, 0)])) == "x.yaml:5:12: services.s1.name: \(message)")
    #expect(problem(graph([(1, 2), (2, 3)])) == "x.yaml:5:12: services.s1.name: \(message) (and 2 more)")
  }

  /// Services s0, s1 … one a line from line 4 on, with the given calls.
  private func graph(_ edges: [(Int, Int)]) -> String {
    let count = (edges.map { max($0.0, $0.1) }.max() ?? 0) + 1
    let lines = (0..<count).map { caller in
      let calls = edges.filter { $0.0 == caller }.map { "call: s\($0.1)" }.joined(separator: ", ")
      return "  - {name: s\(caller), script: [\(calls)]}"
    }
    return "version: 1\nentry: s0\nservices:\n" + lines.joined(separator: "\n")
  }

  @Test("A message stays one line of readable text, whatever the file holds")
  func hostileText() {
    let name = "a\\n\\e[2J" + String(repeating: "x", count: 500)
    let description = problem("version: 1\nentry: \"\(name)\"\nservices: [{name: a}]")
    #expect(description.utf8.count < 200)
    #expect(description.contains(#"unknown service "a\n\u{1B}[2Jxxx"#))
    #expect(description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    let error = TopologyError(file: "a\nb", problem: "p")
    #expect(error.description == #"a\nb: p"#)
  }
}
