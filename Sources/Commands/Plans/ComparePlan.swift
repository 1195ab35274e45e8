// From the arms that `compare` was given to the plan of one run: A, B, and A once more.

internal import ArgumentParser
internal import Launcher
internal import Topology

struct ComparePlan {
  /// With twelve rounds a difference can be claimed.
  static let roundCountByDefault = 12
  static let trialSecondsByDefault = ExperimentPlan.trialSecondsByDefault
  static let servicesByDefault = 5

  private(set) var a: ArmPlan
  private(set) var b: ArmPlan

  /// - Parameters:
  ///   - specs: one or two as they were given; one stands for both.
  ///   - against: the program that runs A; nil for this one.
  /// - Throws: `ValidationError` or `TopologyError`.
  init(_ specs: [String], against: String?, _ defaults: ArmSpec.Defaults) throws {
    guard specs.count == 2 || against != nil else {
      throw ValidationError("expected two arms, or one and --against, got \"\(specs.joined(separator: " "))\"")
    }
    let arms = try specs.map { try ArmSpec($0) }
    let isBuilds = specs.count == 1
    let names = isBuilds ? ["\(specs[0]), other build", "\(specs[0]), this build"] : specs
    let program = try against.map { try ProgramPath.whole($0, option: "--against") }
    a = try arms[0].plan(name: "A \(names[0])", program: program, defaults)
    b = try arms[arms.count - 1].plan(name: "B \(names[1])", program: nil, defaults)
    try beginTracesAlike()
  }

  /// The shared memory of another build is not known, so its nodes have nowhere to leave spans.
  private func refuseTracingElsewhere() throws {
    guard [a, b].contains(where: { $0.own.program != nil }) else { return }
    guard [a, b].allSatisfy({ $0.topology.client.tracing == nil && !$0.topology.recordsSpans }) else {
      throw ValidationError("tracing: not beside another program, whose nodes record no spans")
    }
  }

  /// Beside an arm that traces, the client begins a trace for each request of the other as well: the arms differ by their
  /// services alone.
  private mutating func beginTracesAlike() throws {
    try refuseTracingElsewhere()
    guard a.topology.client.tracing != nil || b.topology.client.tracing != nil else { return }
    a.topology.client.tracing = a.topology.client.tracing ?? .off
    b.topology.client.tracing = b.topology.client.tracing ?? .off
  }

  /// A′: A in processes of its own.
  private var control: ArmPlan {
    var control = a
    control.name += "′"
    control.controlOf = a.name
    return control
  }

  var arms: [ArmPlan] { [a, b, control] }

  var depths: [Int] { Set(arms.compactMap(\.own.depth)).sorted() }
}
