import Statistics
import Testing
import Topology

@Suite("The share of requests that fails as a topology declares")
struct DeclaredFailuresTests {
  private func share(_ services: String, hopsLeft: Int = 100, _ head: String = "") throws -> Double {
    try parse("version: 1\nentry: a\n\(head)services:\n\(services)").declaredFailureShare(hopsLeft: hopsLeft)
  }

  @Test("adds up along the calls, weighted with their probability; what is optional does not count")
  func calls() throws {
    let cases: [(services: String, share: Double)] = [
      ("  - {name: a}\n", 0),
      ("  - {name: a, error-rate: 25%}\n", 0.25),
      ("  - {name: a, error-rate: 10%, script: [call: b]}\n  - {name: b, error-rate: 20%}\n", 1 - 0.9 * 0.8),
      ("  - {name: a, script: [call: {service: b, probability: 0.5}]}\n  - {name: b, error-rate: 20%}\n", 0.1),
      ("  - {name: a, script: [call: b, call: b]}\n  - {name: b, error-rate: 20%}\n", 1 - 0.8 * 0.8),
      ("  - {name: a, script: [parallel: [call: b, call: b]]}\n  - {name: b, error-rate: 20%}\n", 1 - 0.8 * 0.8),
      ("  - {name: a, script: [call: {service: b, optional: true}]}\n  - {name: b, error-rate: 20%}\n", 0),
    ]
    for (services, expected) in cases {
      #expect(abs(try share(services) - expected) < 1e-12, "\(services)")
    }
  }

  @Test("counts a retry where it may help: for what was UNAVAILABLE, also from further behind")
  func retries() throws {
    func graph(_ status: String, between: String = "") -> String {
      "  - {name: a, script: [call: {service: \(between.isEmpty ? "c" : "b"), retries: 2}]}\n\(between)"
        + "  - {name: c, error-rate: 20%, error-status: \(status)}\n"
    }
    #expect(abs(try share(graph("UNAVAILABLE")) - 0.008) < 1e-12)
    #expect(abs(try share(graph("INTERNAL")) - 0.2) < 1e-12)
    let behind = graph("UNAVAILABLE", between: "  - {name: b, error-rate: 10%, script: [call: c]}\n")
    // A try fails for good in a tenth, and may be repeated in 0.9 · 0.2.
    let again = 0.18
    let expected = 0.1 * (1 + again + again * again) + again * again * again
    #expect(abs(try share(behind) - expected) < 1e-12)
  }

  @Test("knows that a request with few hops left does not reach what fails, and that a cycle ends")
  func hops() throws {
    let chain = "  - {name: a, script: [call: b]}\n  - {name: b, script: [call: c]}\n  - {name: c, error-rate: 50%}\n"
    #expect(try [1, 2, 3, 9].map { try share(chain, hopsLeft: $0) } == [0, 0, 0.5, 0.5])
    let cycle = "  - {name: a, error-rate: 10%, script: [call: a]}\n"
    for hops in [1, 2, 5] {
      let expected = (1...hops).reduce(0.0) { share, _ in 1 - 0.9 * (1 - share) }
      #expect(abs(try share(cycle, hopsLeft: hops, "max-depth: 9\n") - expected) < 1e-12, "\(hops)")
    }
  }

  @Test("has the bad requests that a gateway refuses")
  func refusals() throws {
    let topology = try TopologyFile.load(path: "\(shippedFolder)/gateway-refusals.yaml", vocabulary: vocabulary)
    #expect(abs(topology.declaredFailureShare(hopsLeft: 9) - 0.035) < 1e-12)
  }

  @Test("is what a simulation of random graphs finds")
  func simulation() throws {
    var random = SeededGenerator(seed: 12)
    let requestCount = 4_000
    for _ in 0..<60 {
      let topology = graph(using: &random)
      let expected = topology.declaredFailureShare(hopsLeft: 9)
      let failed = (0..<requestCount).count { _ in status(of: 0, topology, using: &random) != nil }
      let error = 4 * (expected * (1 - expected) / Double(requestCount)).squareRoot() + 1e-9
      #expect(abs(Double(failed) / Double(requestCount) - expected) <= error, "\(topology)")
    }
  }

  /// Every service calls later ones only.
  private func graph(using random: inout SeededGenerator) -> Topology {
    let count = Int.random(in: 1...5, using: &random)
    let services = (0..<count).map { index in
      var script: [Step] = []
      if index + 1 < count {
        for _ in 0..<Int.random(in: 0...2, using: &random) {
          let calls = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            Call(
              service: .random(in: index + 1..<count, using: &random), payloadSize: 0, timeoutNanoseconds: 0,
              probability: .random(in: 0...1, using: &random), retries: .random(in: 0...2, using: &random),
              propagator: "packed", transport: "frame", dropsContext: false,
              isOptional: Int.random(in: 0...3, using: &random) == 0 ? true : nil)
          }
          // Which of several at once is the first to fail is a matter of time: one at a time here.
          script += calls.map { .call($0) }
        }
      }
      return Service(
        name: "s\(index)", replicas: 1, workers: 1, strategy: "packed", store: "packed", contextWork: true,
        keysPerLayer: 0, growth: "shadow", responseSize: 0, errorRate: .random(in: 0...0.3, using: &random),
        script: script, errorStatus: Bool.random(using: &random) ? .unavailable : nil)
    }
    return Topology(
      entry: 0, maxDepth: 0, client: ClientSide(propagator: "packed", payloadSize: 0, set: []), services: services)
  }

  /// Nil: answered.
  private func status(of index: Int, _ topology: Topology, using random: inout SeededGenerator) -> DeclaredError? {
    let service = topology.services[index]
    if Double.random(in: 0..<1, using: &random) < service.errorRate { return service.errorStatus ?? .internal }
    for call in service.script.flatMap(\.calls) where Double.random(in: 0..<1, using: &random) < call.probability {
      var failure = status(of: call.service, topology, using: &random)
      var triesLeft = call.retries
      while failure == .unavailable, triesLeft > 0 {
        failure = status(of: call.service, topology, using: &random)
        triesLeft -= 1
      }
      if let failure, call.isOptional != true { return failure }
    }
    return nil
  }
}
