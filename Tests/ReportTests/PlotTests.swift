import Results
import Statistics
import Testing
import Topology

import Report

@Suite("Scales, labels and layers")
struct PlotTests {
  @Test("An axis holds every value between its ends, and its ticks ascend")
  func scales() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<2_000 {
      let values = (0..<4).map { _ in
        (generator.nextUnit() - 0.3) * [1e-6, 1, 1e5, 1e9][Int(generator.next() % 4)]
      }
      for kind in [Scale.Kind.linear, .logarithmic, .symmetric(unit: 0.5)] {
        let scale = Scale(fitting: values, kind: kind, start: 0, end: 100)
        #expect(zip(scale.ticks, scale.ticks.dropFirst()).allSatisfy { $0 < $1 })
        #expect(scale.ticks.count >= 2 && scale.ticks.count <= 30, "\(values) \(kind): \(scale.ticks)")
        let places = values.sorted().map(scale.position)
        #expect(places.allSatisfy { $0 >= 0 && $0 <= 100 })
        #expect(zip(places, places.dropFirst()).allSatisfy { $0 <= $1 })
        let tolerance = kind == .logarithmic ? 1e-5 * scale.lower : 1e-6 * (scale.upper - scale.lower)
        for value in values where kind != .logarithmic || value > 0 {
          #expect(value >= scale.lower - tolerance && value <= scale.upper + 1e-5 * abs(scale.upper) + tolerance)
        }
      }
    }
  }

  @Test("Axes of nothing, of one value and of equal values have a length")
  func degenerate() {
    for values in [[], [0], [7, 7], [-3], [.nan], [0, .infinity]] as [[Double]] {
      for kind in [Scale.Kind.linear, .logarithmic, .symmetric(unit: 1)] {
        let scale = Scale(fitting: values, kind: kind, start: 0, end: 10)
        #expect(scale.upper > scale.lower)
        #expect(scale.position(values.first ?? 0).isFinite)
      }
    }
  }

  @Test("Labels never cover one another and stay in their column while they fit")
  func labels() {
    var generator = SeededGenerator(seed: 12)
    for count in 0...18 {
      let wanted = (0..<count).map { _ in generator.nextUnit() * 250 }
      let places = LabelColumn.places(wanted, gap: 14, range: 0...250)
      let sorted = places.sorted()
      #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= 14 - 1e-9 })
      #expect(places.allSatisfy { $0 >= -1e-9 && $0 <= 250 + 1e-9 })
      // What is wanted higher stands higher.
      for left in wanted.indices {
        for right in wanted.indices where wanted[left] < wanted[right] { #expect(places[left] < places[right]) }
      }
    }
  }

  @Test("Arms differ in colour, marker or dashes, up to 24 of them; baseline and control are told apart")
  func styles() {
    let arms =
      [Arm(name: "b", store: nil, propagator: "none"), Arm(name: "b′", store: nil, propagator: "none", controlOf: "b")]
      + (0..<24).map { Arm(name: "\($0)", store: nil, propagator: "x") }
    let styles = ArmStyle.styles(of: arms, baseline: "b")
    for left in styles {
      for right in styles where left.index < right.index {
        #expect(left.ink != right.ink || left.marker != right.marker || left.dashes != right.dashes)
      }
    }
  }

  private func graph(_ calls: [[Int]]) -> LayeredGraph {
    let services = calls.enumerated().map { index, callees in
      Service(
        name: "s\(index)", replicas: 1, workers: 1, strategy: "x", store: "none", contextWork: true, keysPerLayer: 1,
        growth: "shadow", responseSize: 1, errorRate: 0,
        script: callees.map {
          .call(
            Call(
              service: $0, payloadSize: 1, timeoutNanoseconds: 0, probability: 1, retries: 0, propagator: "none",
              transport: "frame", dropsContext: false))
        })
    }
    return LayeredGraph(
      Topology(
        entry: 0, maxDepth: 3, client: ClientSide(propagator: "none", payloadSize: 1, set: []), services: services))
  }

  @Test("A service lies one layer behind its furthest caller; edges of a cycle lead back")
  func layers() {
    let diamond = graph([[1, 2], [3], [1], []])
    #expect(diamond.layers == [[0], [2], [1], [3]])
    #expect(diamond.backEdges.isEmpty && diamond.edges.count == 4)
    let cycle = graph([[1], [2, 2], [0, 2]])
    #expect(cycle.layers == [[0], [1], [2]])
    #expect(cycle.backEdges == [.init(from: 2, to: 0), .init(from: 2, to: 2)])
    #expect(cycle.edges.count == 4)
  }

  @Test("Callers and callees that belong together are put side by side, so that edges do not cross")
  func crossings() {
    let layers = graph([[1, 2], [4], [3], [], []]).layers
    #expect(layers[1] == [1, 2] && layers[2] == [4, 3])
  }
}
