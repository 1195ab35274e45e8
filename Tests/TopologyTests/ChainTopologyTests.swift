import Glibc
import Testing
import Topology

@Suite("Generated chains and overrides")
struct ChainTopologyTests {
  @Test("A generated chain is what the shipped file of that depth holds", arguments: [1, 5, 20])
  func shipped(depth: Int) throws {
    let file = try TopologyFile.load(path: "\(shippedFolder)/chain-\(depth).yaml", vocabulary: vocabulary)
    #expect(try ChainTopology.make(depth: depth, vocabulary: vocabulary) == file)
  }

  @Test("A chain has as many services as it is deep", arguments: [1, 2, 63, 64])
  func depths(depth: Int) throws {
    let chain = try ChainTopology.make(depth: depth, vocabulary: vocabulary)
    let shape = TopologyShape(chain)
    #expect(shape.serviceCount == depth)
    #expect(shape.depth == depth)
    #expect(shape.callCountMax == depth - 1)
    #expect(try parse(TopologyPrinter.yaml(chain)) == chain)
  }

  @Test("Its parameters reach every service and every edge")
  func parameters() throws {
    let chain = try ChainTopology.make(
      depth: 3, strategy: "packed", growth: "distinct", keysPerLayer: 7, payloadSize: 11, responseSize: 13,
      vocabulary: vocabulary)
    let text = "defaults: {strategy: packed, growth: distinct, keys-per-layer: 7, size: 11B, response-size: 13B}"
    let file = try parse(
      "version: 1\nentry: s1\n\(text)\nservices:\n"
        + "  - {name: s1, script: [call: s2]}\n  - {name: s2, script: [call: s3]}\n  - {name: s3}\n")
    #expect(chain == file)
  }

  private func makeProblem(
    depth: Int = 5, strategy: String = "map", growth: String = "shadow", keysPerLayer: Int = 3, payloadSize: Int = 1,
    responseSize: Int = 1
  ) -> String {
    do throws(TopologyError) {
      _ = try ChainTopology.make(
        depth: depth, strategy: strategy, growth: growth, keysPerLayer: keysPerLayer, payloadSize: payloadSize,
        responseSize: responseSize, vocabulary: vocabulary)
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test("A parameter that is unknown or out of range is named")
  func refused() {
    #expect(makeProblem() == "no error")
    #expect(makeProblem(depth: 0) == "depth: expected 1 to 64, got 0")
    #expect(makeProblem(depth: 65) == "depth: expected 1 to 64, got 65")
    #expect(makeProblem(strategy: "mpa") == "strategy: unknown strategy \"mpa\"; did you mean \"map\"?")
    #expect(makeProblem(strategy: "custom").hasPrefix("strategy: unknown strategy \"custom\"; known: baseline, "))
    #expect(makeProblem(growth: "shadows") == "growth: unknown growth \"shadows\"; did you mean \"shadow\"?")
    #expect(makeProblem(keysPerLayer: 65) == "keys-per-layer: expected 0 to 64, got 65")
    #expect(makeProblem(keysPerLayer: -1) == "keys-per-layer: expected 0 to 64, got -1")
    #expect(makeProblem(payloadSize: -1) == "size: expected 0 to 8388608, got -1")
    #expect(makeProblem(responseSize: 8_388_609) == "response-size: expected 0 to 8388608, got 8388609")
  }

  @Test("Overrides replace defaults and whatever services and edges say, and nothing else")
  func overrides() throws {
    let text = """
      version: 1
      entry: a
      client: {propagator: tracecontext, size: 9B}
      defaults: {store: map, growth: shadow, timeout: 5ms}
      services:
        - name: a
          strategy: value-chain
          keys-per-layer: 9
          script:
            - call: {service: b, propagator: schema, probability: 0.5}
            - parallel: [call: {service: b, propagator: baggage}, call: b]
        - {name: b, propagator: binary25, growth: distinct}
      """
    let result = try parse(text).applying(
      TopologyOverrides(strategy: "packed", growth: "distinct", keysPerLayer: 4), vocabulary: vocabulary)
    let expected = try parse(
      """
      version: 1
      entry: a
      client: {size: 9B}
      defaults: {strategy: packed, growth: distinct, keys-per-layer: 4, timeout: 5ms}
      services:
        - name: a
          script:
            - call: {service: b, probability: 0.5}
            - parallel: [call: b, call: b]
        - {name: b}
      """)
    #expect(result == expected)
    #expect(try parse(text).applying(TopologyOverrides(), vocabulary: vocabulary) == parse(text))
  }
}

@Suite("The shipped topologies")
struct ShippedTopologyTests {
  /// Services, edges, depth, max fan-out and calls of every file in `topologies/`.
  static let figures: [String: [Int]] = [
    "chain-1": [1, 0, 1, 0, 0], "chain-5": [5, 4, 5, 1, 4], "chain-20": [20, 19, 20, 1, 19],
    "fan-out": [9, 8, 2, 8, 8], "diamond": [4, 4, 3, 2, 4], "tree": [13, 12, 3, 3, 12],
    "mixed-carriers": [4, 3, 3, 2, 3], "mixed-chain": [4, 3, 4, 1, 3], "mixed-propagators": [9, 8, 4, 3, 8],
    "workers": [3, 2, 3, 1, 2], "gateway": [5, 4, 5, 1, 4], "raw-headers": [5, 4, 5, 1, 4],
    "gateway-refusals": [2, 1, 2, 1, 1], "shop": [12, 14, 3, 6, 14], "scripted-1": [1, 0, 1, 0, 0],
    "scripted-4": [4, 3, 4, 1, 3], "hpack-fresh": [3, 2, 3, 1, 2], "hpack-constant": [3, 2, 3, 1, 2],
    "resources": [3, 2, 3, 1, 2],
  ]

  @Test("Each loads, has its shape, survives its print, and says in a comment what it is for", arguments: figures)
  func file(name: String, figures: [Int]) throws {
    let path = "\(shippedFolder)/\(name).yaml"
    let topology = try TopologyFile.load(path: path, vocabulary: vocabulary)
    let shape = TopologyShape(topology)
    #expect([shape.serviceCount, shape.edgeCount, shape.depth, shape.fanOutMax, shape.callCountMax] == figures)
    #expect(try parse(TopologyPrinter.yaml(topology)) == topology)
    #expect(try text(of: path).hasPrefix("# "))
  }

  @Test("No file in the folder goes unloaded")
  func complete() throws {
    let folder = try #require(opendir(shippedFolder))
    defer { closedir(folder) }
    var names: Set<String> = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.insert(name) }
    }
    #expect(names == Set(Self.figures.keys.map { "\($0).yaml" }))
  }

  @Test("The mixed one speaks W3C outside and packed inside")
  func mixedCarriers() throws {
    let topology = try TopologyFile.load(path: "\(shippedFolder)/mixed-carriers.yaml", vocabulary: vocabulary)
    #expect(topology.client.propagator == "tracecontext,baggage")
    #expect(topology.services.map(\.strategy) == ["packed", "packed", "packed", "value-chain"])
    let calls = topology.services.flatMap { $0.script.flatMap(\.calls) }
    #expect(calls.map(\.propagator) == ["packed", "tracecontext,baggage", "packed"])
  }

  @Test("The example in the reference of the format is a topology, and the figures of its shape are these")
  func reference() throws {
    let reference = try text(of: "\(shippedFolder)/../docs/TOPOLOGY.md")
    let parts = reference.split(separator: "```yaml\n")
    let example = try #require(parts.dropFirst().first?.split(separator: "```").first)
    let shape = TopologyShape(try parse(String(example)))
    #expect(
      [shape.serviceCount, shape.nodeCount, shape.edgeCount, shape.depth, shape.callCountMax] == [4, 5, 3, 3, 3])
    #expect(abs(shape.expectedCallCount - 2.3) < 1e-12)
  }

  private func text(of path: String) throws -> String {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
