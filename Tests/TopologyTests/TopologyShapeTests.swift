import Testing
import Topology

@Suite("The shape of a graph in numbers")
struct TopologyShapeTests {
  private func shape(_ services: String, entry: String = "a", maxDepth: Int = 0) throws -> TopologyShape {
    let bound = maxDepth > 0 ? "max-depth: \(maxDepth)\n" : ""
    return TopologyShape(try parse("version: 1\nentry: \(entry)\n\(bound)services:\n\(services)"))
  }

  private func figures(_ shape: TopologyShape) -> [Int] {
    [shape.serviceCount, shape.edgeCount, shape.depth, shape.fanOutMax, shape.callCountMax]
  }

  /// Services, edges, depth, max fan-out, calls per request, as isotope's examples have them:
  /// https://github.com/istio/tools/tree/master/isotope/example-topologies
  @Test("Isotope's example graphs have the figures that are published for them")
  func isotope() throws {
    let chain2 = "  - {name: a, script: [call: b]}\n  - {name: b}\n"
    #expect(figures(try shape(chain2)) == [2, 1, 2, 1, 1])
    let chain3 = "  - {name: a, script: [call: b]}\n  - {name: b, script: [call: c]}\n  - {name: c}\n"
    #expect(figures(try shape(chain3)) == [3, 2, 3, 1, 2])
    let canonical = """
        - {name: a}
        - {name: b}
        - {name: c, script: [call: a, call: b]}
        - {name: d, script: [parallel: [call: a, call: c], call: b]}
      """
    #expect(figures(try shape(canonical, entry: "d")) == [4, 5, 3, 3, 5])
    let tree = try TopologyFile.load(path: "\(shippedFolder)/tree.yaml", vocabulary: vocabulary)
    #expect(figures(TopologyShape(tree)) == [13, 12, 3, 3, 12])
  }

  @Test("Probabilities multiply along the path, and several calls of one service are one edge")
  func probabilities() throws {
    let shape = try shape(
      """
        - {name: a, replicas: 3, script: [call: {service: b, probability: 0.5}, call: b, call: c]}
        - {name: b, replicas: 2, script: [call: {service: c, probability: 0.1}, parallel: [call: c, call: c]]}
        - {name: c}
      """)
    #expect(figures(shape) == [3, 3, 3, 2, 9])
    #expect(shape.nodeCount == 6)
    #expect(abs(shape.expectedCallCount - (1.5 * (1 + 2.1) + 1)) < 1e-12)
  }

  @Test("One service alone makes no call")
  func single() throws {
    let shape = try shape("  - {name: a}\n")
    #expect(figures(shape) == [1, 0, 1, 0, 0])
    #expect(shape.expectedCallCount == 0)
  }

  @Test("A cycle counts as far as its bound", arguments: [1, 2, 3, 10])
  func cycle(bound: Int) throws {
    let line = try shape("  - {name: a, script: [call: b]}\n  - {name: b, script: [call: a]}\n", maxDepth: bound)
    #expect(figures(line) == [2, 2, bound, 1, bound - 1])
    let doubling = try shape("  - {name: a, script: [call: a, call: {service: a, probability: 0}]}\n", maxDepth: bound)
    #expect(figures(doubling) == [1, 1, bound, 1, (1 << bound) - 2])
    #expect(doubling.expectedCallCount == Double(bound - 1))
  }

  @Test("A bound cuts a graph without a cycle too")
  func boundWithoutCycle() throws {
    let services = "  - {name: a, script: [call: b]}\n  - {name: b, script: [call: c]}\n  - {name: c}\n"
    #expect(figures(try shape(services, maxDepth: 2)) == [3, 2, 2, 1, 1])
    #expect(figures(try shape(services, maxDepth: 9)) == [3, 2, 3, 1, 2])
  }

  @Test("Counts beyond every number stay finite")
  func overflow() throws {
    let calls = Array(repeating: "call: a", count: 256).joined(separator: ", ")
    let shape = try shape("  - {name: a, script: [parallel: [\(calls)]]}\n", maxDepth: 1_024)
    #expect(shape.depth == 1_024)
    #expect(shape.callCountMax == .max)
    #expect(shape.expectedCallCount == .greatestFiniteMagnitude)
  }

  @Test("A wide graph of many layers is counted without walking its paths")
  func layers() throws {
    // 30 layers of 8 services, each of which calls all of the next: 8^30 paths.
    var services = "  - {name: a, script: [call: s0-0]}\n"
    for layer in 0..<30 {
      let calls = layer < 29 ? (0..<8).map { "call: s\(layer + 1)-\($0)" }.joined(separator: ", ") : ""
      for index in 0..<(layer == 0 ? 1 : 8) { services += "  - {name: s\(layer)-\(index), script: [\(calls)]}\n" }
    }
    let shape = try shape(services)
    #expect(shape.depth == 31)
    #expect(shape.callCountMax == .max)
    // 1 + 1 + 8 + 64 + … + 8^29
    let expected = (0..<30).reduce(0.0) { sum, _ in sum * 8 + 1 }
    #expect(abs(shape.expectedCallCount / expected - 1) < 1e-12)
  }

  @Test("The figures are printed one a line")
  func text() throws {
    let shape = try shape(
      "  - {name: a, replicas: 2, script: [call: {service: b, probability: 0.25}]}\n  - {name: b}\n")
    #expect(
      shape.description == """
        services            2
        nodes               3
        edges               1
        depth               2
        max fan-out         1
        calls per request   0.25
        calls at most       1
        """)
  }
}
