import Testing
import Topology

@Suite("Large files")
struct LargeTopologyTests {
  @Test("A thousand services are read, checked, measured and printed")
  func thousandServices() throws {
    // The shape of isotope's 1000-services: 999 below one, at most 100 of them per service, three levels.
    var services = "  - {name: s0, script: [parallel: [\((1...9).map { "call: s\($0)" }.joined(separator: ", "))]]}\n"
    for middle in 1...9 {
      let leaves = (0..<110).map { "call: s\(10 + (middle - 1) * 110 + $0)" }.joined(separator: ", ")
      services += "  - {name: s\(middle), script: [parallel: [\(leaves)]]}\n"
    }
    for leaf in 10..<1_000 { services += "  - {name: s\(leaf), response-size: 1KiB, error-rate: 0.1%}\n" }
    let topology = try parse("version: 1\nentry: s0\nservices:\n\(services)")
    let shape = TopologyShape(topology)
    #expect(shape.serviceCount == 1_000)
    #expect(shape.edgeCount == 999)
    #expect(shape.depth == 3)
    #expect(shape.callCountMax == 999)
    #expect(try parse(TopologyPrinter.yaml(topology)) == topology)
  }

  @Test("A chain as long as the limit allows is checked without recursion")
  func longChain() throws {
    let count = TopologyLimits.serviceCountMax
    let services = (0..<count).map { "  - {name: s\($0), script: [\($0 + 1 < count ? "call: s\($0 + 1)" : "")]}\n" }
    let text = "version: 1\nentry: s0\nservices:\n\(services.joined())"
    #expect(TopologyShape(try parse(text)).depth == count)
    let closed = text.replacing("name: s1023, script: []", with: "name: s1023, script: [call: s0]")
    #expect(problem(closed).contains("form a cycle: s0 → s1 → s2 → s3 → … (1017 more) → s1021 → s1022 → s1023 → s0;"))
  }

  @Test("A file full of one long line, of keys, or of nothing useful ends in one error")
  func uselessText() {
    let size = 1 << 20
    #expect(problem(String(repeating: "a", count: size)).utf8.count < 300)
    #expect(problem(String(repeating: "a:\n", count: size / 3)).hasPrefix("x.yaml:1:1: duplicate key \"a\"; this"))
    #expect(problem((0..<100_000).map { "k\($0): \n" }.joined()).hasPrefix("x.yaml:1:1: unknown key \"k0\""))
    #expect(problem(String(repeating: "- ", count: 900) + String(repeating: "\n? x", count: 10)).utf8.count < 300)
  }
}
