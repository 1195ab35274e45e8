// `hpack`: which header fields a sender lets the other end remember.

import Testing
import Topology

@Suite("hpack")
struct FieldIndexingTests {
  private func parse(_ call: String, defaults: String = "") throws -> Topology {
    try TopologyTests.parse(
      """
      version: 1
      entry: a
      defaults: {transport: http1\(defaults)}
      client: {hpack: {call: never-index}}
      services:
        - name: a
          script: [{call: \(call)}]
        - name: b
      """)
  }

  private func classes(_ topology: Topology) -> [String]? { topology.services[0].script[0].calls[0].neverIndexed }

  @Test("is for all fields or by class, per call, in defaults and for the client")
  func reading() throws {
    let topology = try parse("{service: b, hpack: {binary: never-index, trace: never-index, baggage: index}}")
    #expect(classes(topology) == ["trace", "binary"] && topology.client.neverIndexed == ["call"])
    #expect(try classes(parse("{service: b, hpack: never-index}")) == FieldIndexing.classes)
    #expect(try classes(parse("b", defaults: ", hpack: never-index")) == FieldIndexing.classes)
    #expect(try classes(parse("{service: b, hpack: index}", defaults: ", hpack: never-index")) == nil)
    #expect(try classes(parse("b")) == nil)
  }

  @Test("is replaced by an option for every edge")
  func overrides() throws {
    let topology = try parse("{service: b, hpack: {trace: never-index}}")
    let all = try topology.applying(
      TopologyOverrides(neverIndexed: FieldIndexing.read("binary+trace")), vocabulary: vocabulary)
    #expect(classes(all) == ["trace", "binary"] && all.client.neverIndexed == ["trace", "binary"])
    let none = try all.applying(TopologyOverrides(neverIndexed: FieldIndexing.read("index")), vocabulary: vocabulary)
    #expect(classes(none) == nil && none.client.neverIndexed == nil)
    for text in ["", "ids", "trace+", "trace+trace", "never"] { #expect(FieldIndexing.read(text) == nil, "\(text)") }
  }
}
