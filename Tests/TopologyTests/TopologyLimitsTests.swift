import Testing
import Topology

@Suite("Limits, just under and just over")
struct TopologyLimitsTests {
  /// A graph in which a calls the others in runs of at most 256.
  private func star(_ count: Int) -> String {
    var steps: [String] = []
    var index = 1
    while index < count {
      let run = index..<min(count, index + TopologyLimits.parallelCallCountMax)
      steps.append("{parallel: [\(run.map { "call: s\($0)" }.joined(separator: ", "))]}")
      index = run.upperBound
    }
    let leaves = (1..<max(1, count)).map { "  - {name: s\($0)}\n" }.joined()
    return "version: 1\nentry: s0\nservices:\n  - {name: s0, script: [\(steps.joined(separator: ", "))]}\n" + leaves
  }

  @Test("Services")
  func services() throws {
    #expect(try parse(star(TopologyLimits.serviceCountMax)).services.count == TopologyLimits.serviceCountMax)
    #expect(
      problem(star(TopologyLimits.serviceCountMax + 1)) == "x.yaml:4:3: services: expected at most 1024 items, got 1025"
    )
  }

  @Test("Steps of a script")
  func steps() throws {
    let fitting = Array(repeating: "work: 1us", count: TopologyLimits.stepCountMax).joined(separator: ", ")
    #expect(try parse(oneService("script: [\(fitting)]")).services[0].script.count == TopologyLimits.stepCountMax)
    #expect(
      problem(oneService("script: [\(fitting), work: 1us]"))
        == "x.yaml:5:13: services.a.script: expected at most 1024 items, got 1025")
  }

  @Test("Calls of one parallel step")
  func parallelCalls() throws {
    let fitting = Array(repeating: "call: b", count: TopologyLimits.parallelCallCountMax).joined(separator: ", ")
    #expect(try parse(script("parallel: [\(fitting)]")).services[0].script[0].calls.count == 256)
    #expect(
      problem(script("parallel: [\(fitting), call: b]"))
        == "x.yaml:6:19: services.a.script[0].parallel: expected at most 256 items, got 257")
  }

  @Test("Keys of one set")
  func assignments() throws {
    let keys = (0...TopologyLimits.assignmentCountMax).map { "k\($0): 1" }
    #expect(throws: Never.self) { try parse(script("set: {\(keys.dropLast().joined(separator: ", "))}")) }
    #expect(
      problem(script("set: {\(keys.joined(separator: ", "))}"))
        == "x.yaml:6:14: services.a.script[0].set: expected at most 64 keys, got 65")
  }

  @Test("Bytes of a name")
  func names() throws {
    let name = String(repeating: "n", count: TopologyLimits.nameSizeMax)
    #expect(try parse("{version: 1, entry: \(name), services: [{name: \(name)}]}").services[0].name == name)
    #expect(
      problem("{version: 1, entry: \(name)n, services: [{name: \(name)n}]}").hasPrefix(
        "x.yaml:1:106: services[0].name: expected a name of at most 64 bytes, got 65: \"nnn"))
    #expect(throws: Never.self) { try parse(script("set: {\(name): 1}")) }
    #expect(
      problem(script("set: {\(name)n: 1}")).hasPrefix(
        "x.yaml:6:15: services.a.script[0].set: expected a name of at most 64 bytes, got 65: \"nnn"))
  }

  @Test("Bytes of a text, which are not its letters")
  func texts() throws {
    let text = String(repeating: "é", count: TopologyLimits.textSizeMax / 2)
    #expect(throws: Never.self) { try parse(script("set: {a: \(text)}")) }
    #expect(
      problem(script("set: {a: \(text)e}"))
        == "x.yaml:6:18: services.a.script[0].set.a: expected at most 4096 bytes of text, got 4097")
  }

  @Test(
    "Whole numbers",
    arguments: [
      ("replicas", 1...TopologyLimits.replicasMax), ("workers", 1...TopologyLimits.workersMax),
      ("keys-per-layer", 0...TopologyLimits.keysPerLayerMax),
    ])
  func wholeNumbers(key: String, range: ClosedRange<Int>) {
    for value in [range.lowerBound, range.upperBound] {
      #expect(throws: Never.self) { try parse(oneService("\(key): \(value)")) }
    }
    for value in [range.lowerBound - 1, range.upperBound + 1] {
      let message = "expected a whole number \(range.lowerBound) to \(range.upperBound), got \"\(value)\""
      #expect(problem(oneService("\(key): \(value)")).hasSuffix(": services.a.\(key): \(message)"))
    }
  }

  @Test("Ratios of writes to reads", arguments: ["1:10", "0:1", "1:0", "1000:1000", "\"3:7\""])
  func ratios(text: String) throws {
    let parts = text.filter { $0 != "\"" }.split(separator: ":").compactMap { Int($0) }
    let expected = AccessRatio(writes: parts[0], reads: parts[1])
    #expect(try parse(oneService("writes: \(text)")).services[0].writes ?? .standard == expected)
  }

  @Test(
    "What is no ratio", arguments: ["1", "1:2:3", "0:0", "-1:2", "+1:2", "1001:1", "1:1001", "a:b", "1.5:2", "1: 2"])
  func noRatios(text: String) {
    let message = "expected writes to reads, each 0 to 1000 and not both 0, such as 1:10"
    #expect(problem(oneService("writes: \(text)")).contains(message) || text == "1: 2")
  }

  @Test("Retries of a call")
  func retries() {
    #expect(throws: Never.self) { try parse(script("call: {service: b, retries: 16}")) }
    #expect(problem(script("call: {service: b, retries: 17}")).hasSuffix("expected a whole number 0 to 16, got \"17\""))
  }

  @Test("Hops of a graph with a cycle")
  func maxDepth() throws {
    func text(_ bound: Int) -> String {
      "{version: 1, entry: a, max-depth: \(bound), services: [{name: a, script: [call: a]}]}"
    }
    #expect(try parse(text(1)).maxDepth == 1)
    #expect(try parse(text(TopologyLimits.maxDepthMax)).maxDepth == TopologyLimits.maxDepthMax)
    #expect(problem(text(0)).hasSuffix("max-depth: expected a whole number 1 to 1024, got \"0\""))
    #expect(problem(text(1_025)).hasSuffix("max-depth: expected a whole number 1 to 1024, got \"1025\""))
  }

  @Test("Bytes of a payload and length of a wait")
  func quantities() {
    #expect(throws: Never.self) { try parse(oneService("response-size: \(TopologyLimits.payloadSizeMax)B")) }
    #expect(
      problem(oneService("response-size: \(TopologyLimits.payloadSizeMax + 1)B")).hasSuffix(
        "expected a size 0 to 8MiB such as 512 or 4KiB, got \"8388609B\""))
    #expect(throws: Never.self) { try parse(script("sleep: \(TopologyLimits.durationNanosecondsMax)ns")) }
    #expect(
      problem(script("sleep: \(TopologyLimits.durationNanosecondsMax + 1)ns")).hasSuffix(
        "expected a duration 0 to 60m such as 50us, got \"3600000000001ns\""))
  }
}
