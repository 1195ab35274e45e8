// Two results, arm by arm: which of their arms belong together, and why they may not be held against each other.

package import Results
internal import Topology

package struct ResultPairing {
  package struct File {
    package let path: String
    package let result: RunResult

    package init(path: String, result: RunResult) {
      self.path = path
      self.result = result
    }
  }

  /// Wanted, and not there. One line.
  package struct NoPair: Error, Equatable, CustomStringConvertible {
    package let description: String
  }

  package let a: File
  package let b: File
  /// Arms of the same name, at one depth.
  package let pairs: [(a: ArmReading, b: ArmReading)]

  /// - Parameters:
  ///   - arm: nil takes every arm that both results have, controls left out.
  ///   - depth: nil takes the largest that both have.
  package init(_ a: File, _ b: File, arm: String?, depth: Int?) throws(NoPair) {
    self.a = a
    self.b = b
    let names = try Self.names(a, b, arm)
    let common = Self.depths(a.result).intersection(Self.depths(b.result)).sorted()
    guard let chosen = depth ?? common.last else {
      throw NoPair(
        description: "no depth in common: \(Self.text(a.result)) in \(a.path), \(Self.text(b.result)) in \(b.path)")
    }
    guard common.contains(chosen) else {
      throw NoPair(
        description: "--depth: expected one of \(common.map(String.init).joined(separator: ", ")), which both results "
          + "have, got \(chosen)")
    }
    pairs = names.compactMap { name in
      guard let left = ArmReading(a.result, arm: name, depth: chosen, file: a.path),
        let right = ArmReading(b.result, arm: name, depth: chosen, file: b.path)
      else { return nil }
      return (left, right)
    }
  }

  private static func names(_ a: File, _ b: File, _ arm: String?) throws(NoPair) -> [String] {
    let known = b.result.arms.filter { $0.controlOf == nil }.map(\.name)
    let common = a.result.arms.filter { $0.controlOf == nil }.map(\.name).filter(known.contains)
    guard let arm else {
      guard !common.isEmpty else { throw NoPair(description: "\(a.path) and \(b.path) have no arm of one name") }
      return common
    }
    guard common.contains(arm) else {
      throw NoPair(
        description: "--arm: expected one of \(common.joined(separator: ", ")), which both results have, got \"\(arm)\""
      )
    }
    return [arm]
  }

  private static func depths(_ result: RunResult) -> Set<Int> {
    Set(result.trials.filter { $0.phase != .pilot && !$0.superseded }.map(\.depth))
  }

  private static func text(_ result: RunResult) -> String {
    let depths = depths(result).sorted()
    return depths.isEmpty ? "none" : depths.map(String.init).joined(separator: ", ")
  }

  // MARK: What may not differ

  /// One line each: what makes figures of the two results mean different things.
  package var objections: [String] {
    let (left, right) = (a.result, b.result)
    var found = [
      objection("seed", left.seed, right.seed),
      objection("topology", Self.graph(left.topology), Self.graph(right.topology)),
      objection("settings", Conditions(left.settings), Conditions(right.settings)),
      objection("host", Machine(left.host), Machine(right.host)),
    ]
    for pair in pairs {
      let name = pair.a.arm.name
      found.append(objection("arms[\(name)]", Carrying(pair.a.arm), Carrying(pair.b.arm)))
      found.append(objection("counts[\(name)].method", Self.method(pair.a), Self.method(pair.b)))
    }
    return found.compactMap { $0 }
  }

  private func objection(_ field: String, _ left: some Encodable, _ right: some Encodable) -> String? {
    DocumentDifference.first(left, right, field: field).map { found in
      "\(found.field): \(found.left) in \(a.path), \(found.right) in \(b.path)"
    }
  }

  private static func method(_ reading: ArmReading) -> String? {
    reading.countingPass?.method.rawValue
  }

  /// Without the strategy of the arm that the result happens to show.
  private static func graph(_ topology: Topology) -> Topology {
    var graph = topology
    (graph.client.propagator, graph.client.transport) = ("", nil)
    for index in graph.services.indices {
      graph.services[index].strategy = ""
      graph.services[index].store = ""
      for step in graph.services[index].script.indices {
        graph.services[index].script[step].replacePropagator(by: "")
        graph.services[index].script[step].replaceTransport(by: "")
      }
    }
    return graph
  }

  /// What the load was, beside its rate: that bears on open loops alone, and is seen to there.
  private struct Conditions: Encodable {
    let placement: String
    let trialSeconds: Double
    let inFlight: Int
    let growth: String
    let keysPerLayer: Int
    let textSizes: [Int]?
    let payloadSize: Int
    let opaqueSize: Int?
    let socketBufferSize: Int
    let sharedProcessSet: Bool
    let timeoutNanoseconds: Int64

    init(_ settings: RunSettings) {
      placement = settings.placement
      trialSeconds = settings.trialSeconds
      inFlight = settings.inFlight
      growth = settings.growth
      keysPerLayer = settings.keysPerLayer
      textSizes = settings.textSizes
      payloadSize = settings.payloadSize
      opaqueSize = settings.opaqueSize
      socketBufferSize = settings.socketBufferSize
      sharedProcessSet = settings.sharedProcessSet
      timeoutNanoseconds = settings.timeoutNanoseconds
    }
  }

  private struct Machine: Encodable {
    let cpuModel: String
    let cpuCount: Int

    init(_ host: HostDescription) {
      cpuModel = host.cpuModel
      cpuCount = host.cpuCount
    }
  }

  private struct Carrying: Encodable {
    let store: String?
    let propagator: String
    let transport: String

    init(_ arm: Arm) {
      store = arm.store
      propagator = arm.propagator
      transport = arm.transportName
    }
  }
}
