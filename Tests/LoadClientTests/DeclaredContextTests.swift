// What every node should see, by the declared rules alone.

import Context
import LoadClient
import Propagation
import Testing
import Topology

@Suite("A declared context")
struct DeclaredContextTests {
  private static let sent: ContextSnapshot = {
    var snapshot = ContextSnapshot()
    (snapshot.traceIDHigh, snapshot.traceIDLow, snapshot.hasSpan, snapshot.flags) = (1, 2, true, 1)
    snapshot.entries = ["tenant": .text("acme"), "user": .integer(42), "request-id": .text("r")]
    return snapshot
  }()

  private func declared(_ topology: Topology, hopsLeft: Int = 100, isLossless: Bool = false) -> DeclaredContext {
    DeclaredContext(
      topology: topology, propagators: allPropagators, sent: DeclaredContextTests.sent, hopsLeft: hopsLeft,
      isLossless: isLossless)
  }

  private func lost(_ topology: Topology) -> Set<String> {
    DeclaredContext.lostKeys(declared: declared(topology), lossless: declared(topology, isLossless: true))
  }

  @Test("has one view per visit, by path, and knows the leaves")
  func paths() {
    let topology = Topology.graph([
      .named("a", [.call(.to(1, by: "packed")), .parallel([.to(2, by: "packed"), .to(1, by: "packed")])]),
      .named("b", [.call(.to(2, by: "packed"))]), .named("c"),
    ])
    let views = declared(topology).views
    #expect(views.map(\.path) == ["a", "a>b", "a>b>c", "a>c", "a>b", "a>b>c"])
    #expect(views.map(\.isLeaf) == [false, false, true, true, false, true])
    #expect(views.allSatisfy { $0.isCertain && $0.snapshot == DeclaredContextTests.sent })
  }

  @Test("goes no further than the hops that a request has left", arguments: [(1, 1), (2, 2), (3, 3), (9, 3)])
  func hops(hopsLeft: Int, viewCount: Int) {
    let views = declared(.chain(), hopsLeft: hopsLeft).views
    #expect(views.count == viewCount)
    #expect(views.last?.isLeaf == true)
  }

  @Test("is not certain behind a call that is left to chance, or a service that may fail")
  func certainty() {
    let topology = Topology.graph([
      .named("a", [.call(.to(1, by: "packed", probability: 0.5)), .call(.to(2, by: "packed"))]),
      .named("b", [.call(.to(3, by: "packed"))]), .named("c", errorRate: 0.1, [.call(.to(3, by: "packed"))]),
      .named("d"),
    ])
    let certain = declared(topology).views.filter(\.isCertain).map(\.path)
    #expect(certain == ["a", "a>c"])
  }

  @Test(
    "loses what the propagator declares, and nothing else",
    arguments: [
      ("packed", []), ("json-map", []), ("schema", []), ("tracecontext,baggage", []),
      ("tracecontext", ["request-id", "tenant", "user"]), ("binary25", ["request-id", "tenant", "user"]),
      ("baggage", ["span-id", "trace-flags", "trace-id"]),
      ("none", ["request-id", "span-id", "tenant", "trace-flags", "trace-id", "user"]),
    ] as [(String, [String])])
  func losses(propagator: String, keys: [String]) {
    #expect(lost(.chain(propagator, store: "struct")).sorted() == keys)
  }

  @Test("is unread bytes under opaque: nothing is lost, and no store on the way sees it")
  func opaque() {
    #expect(lost(.chain("opaque", store: "none")).isEmpty)
    let views = declared(.chain("opaque", store: "none")).views
    #expect(views.allSatisfy { $0.snapshot == DeclaredContextTests.sent })
    // A store reads nothing out of bytes that nobody decodes.
    let read = declared(.chain("opaque", store: "struct")).views
    #expect(read.allSatisfy { $0.snapshot == ContextSnapshot() })
  }

  @Test("is lost at the first edge that loses it and stays lost behind it")
  func firstLoss() {
    let topology = Topology.graph([
      .named("a", [.call(.to(1, by: "binary25"))]), .named("b", [.call(.to(2, by: "packed"))]), .named("c"),
    ])
    let views = declared(topology).views
    #expect(views[0].snapshot.entries.count == 3)
    #expect(views[1].snapshot.entries.isEmpty && views[2].snapshot.entries.isEmpty)
  }

  @Test("has what the services on the way set, by script and by standard work")
  func work() {
    let set = Step.set([Assignment(key: "region", value: .text("eu")), Assignment(key: "user", value: .integer(7))])
    let topology = Topology.graph([
      .named("a", work: true, [set, .call(.to(1, by: "packed"))]), .named("b", store: "none", [set]),
    ])
    let views = declared(topology).views
    #expect(views[0].snapshot == DeclaredContextTests.sent)
    #expect(views[1].snapshot.entries["region"] == .text("eu"))
    #expect(views[1].snapshot.entries["user"] == .integer(7))
    let worked = StandardWork(layer: 1, growth: .shadow, keysPerLayer: 3).applied(to: DeclaredContextTests.sent)
    #expect(views[1].snapshot.entries["request-id"] == worked.entries["request-id"])
    #expect(views[1].snapshot.entries["request-id"] != DeclaredContextTests.sent.entries["request-id"])
  }

  @Test("follows no more than 10 000 views")
  func limit() {
    // 100 calls to b, each of which makes 100: 10 101 visits.
    let topology = Topology.graph([
      .named("a", [.parallel(Array(repeating: .to(1, by: "packed"), count: 100))]),
      .named("b", [.parallel(Array(repeating: .to(2, by: "packed"), count: 100))]), .named("c"),
    ])
    #expect(declared(topology).views.count == DeclaredContext.viewCountMax)
  }
}
