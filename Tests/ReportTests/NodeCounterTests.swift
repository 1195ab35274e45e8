// The one table of counters, and whatever is made from it.

import Control
import FoundationEssentials
import Report
import Results
import Testing

@Suite("Counters of nodes")
struct NodeCounterTests {
  @Test("each has a field of the page to itself")
  func fields() {
    var page = CounterPage()
    withUnsafeMutableBytes(of: &page) { bytes in
      for (index, word) in bytes.bindMemory(to: UInt64.self).indices.enumerated() {
        bytes.bindMemory(to: UInt64.self)[word] = UInt64(index + 1)
      }
    }
    #expect(Set(NodeCounter.allCases.map { page[$0] }).count == NodeCounter.allCases.count)
    #expect(NodeCounter.allCases.allSatisfy { page[$0] != 0 })
  }

  @Test("each has a column of nodes.csv and a title of its own")
  func columns() {
    let names = NodeFigures.columns.map(\.name)
    #expect(Set(names).count == names.count && Set(NodeFigures.columns.map(\.title)).count == names.count)
    #expect(NodeCounter.allCases.allSatisfy { names.contains($0.facts.column) })
  }

  @Test("what did not happen is no entry; a document without a counter is read, and has none")
  func entries() throws {
    #expect(NodeEvents(.givenUp, arm: nil, service: "a", replica: 0) { _ in 0 } == nil)
    let all = NodeCounter.all(of: .givenUp)
    let one = try #require(NodeEvents(.givenUp, arm: "x", service: "a", replica: 1) { $0 == .cancelled ? 3 : 0 })
    #expect(one[.cancelled] == 3 && one.counts.count == all.count)
    #expect(try JSONDecoder().decode(NodeEvents.self, from: JSONEncoder().encode(one)) == one)
    let old = try JSONDecoder().decode(NodeEvents.self, from: Data(#"{"service": "a", "replica": 0}"#.utf8))
    #expect(all.allSatisfy { old[$0] == nil })
  }
}
