// How an argument puts a graph over another transport.

import Testing
import Topology

@Suite("Transports in the names of arms")
struct TransportNameTests {
  private let two = makeVocabulary(transports: ["frame", "pigeon"])

  @Test("a preset, or a store and propagators, with a transport behind them; the name stays whole")
  func names() throws {
    let cases = [
      ("packed", "packed", "packed", nil), ("packed/pigeon", "packed", "packed", "pigeon"),
      ("map+b3", "map", "b3", nil), ("map+tracecontext+baggage/frame", "map", "tracecontext,baggage", "frame"),
    ]
    for (name, store, propagator, transport) in cases {
      let arm = try #require(two.arm(named: name), "\(name)")
      #expect(
        arm.name == name && arm.store == store && arm.propagator == propagator && arm.transport == transport, "\(arm)")
    }
    for name in [
      "pigeon", "packed/pigeon/frame", "pigeon/packed", "map/pigeon+b3", "packed/", "packed/dove", "packed+pigeon",
      "/frame",
    ] {
      #expect(two.arm(named: name) == nil, "\(name)")
    }
  }

  @Test("a strategy over the default transport keeps its plain name, over another it is behind it")
  func over() throws {
    let packed = try #require(two.arm(named: "packed"))
    #expect(packed.over("frame").name == "packed" && packed.over("frame").transport == "frame")
    #expect(packed.over("pigeon").name == "packed/pigeon" && packed.over("pigeon").transport == "pigeon")
    #expect(two.arm(named: packed.over("pigeon").name)?.propagator == "packed")
    #expect(two.split("map+b3/pigeon") == ("map+b3", "pigeon") && two.split("topologies/x.yaml").transport == nil)
  }

  @Test("every edge of the graph has it then, the client's too")
  func edges() throws {
    let text = """
      version: 1
      entry: a
      services:
        - {name: a, script: [call: b, parallel: [call: {service: b, transport: pigeon}, call: b]]}
        - {name: b}
      """
    let graph = try TopologyFile.parse(text, name: "x.yaml", vocabulary: two)
    #expect(graph.transports == ["frame", "frame", "pigeon", "frame"])
    func transports(_ overrides: TopologyOverrides) throws -> [String] {
      try graph.applying(overrides, vocabulary: two).transports
    }
    #expect(try transports(TopologyOverrides(strategy: "packed")) == graph.transports)
    #expect(try Set(transports(TopologyOverrides(strategy: "packed/pigeon"))) == ["pigeon"])
    #expect(try Set(transports(TopologyOverrides(transport: "frame"))) == ["frame"])
    #expect(throws: TopologyError.self) { try transports(TopologyOverrides(transport: "dove")) }
  }
}
