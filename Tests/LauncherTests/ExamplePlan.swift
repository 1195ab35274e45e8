// Plans of runs that never start.

import Launcher
import Results
import Statistics
import Topology

enum ExamplePlan {
  /// Seconds of a trial.
  static let trialSeconds = 0.05

  /// - Parameter names: of the arms.
  static func make(_ names: [String], depths: [Int], budgetSeconds: Double? = nil, seed: UInt64 = 1) -> ExperimentPlan {
    ExperimentPlan(
      commandLine: [], arms: names.map { ArmPlan(name: $0, store: nil, propagator: "none", topology: topology) },
      depths: depths, isChain: true, placement: .one, trialSeconds: trialSeconds, rounds: nil,
      budgetSeconds: budgetSeconds, inFlight: 64, timeoutSeconds: 2, drainSeconds: 2, seed: seed, isPoisson: false,
      openLoopRate: nil, opaqueSize: nil, toolVersion: "0.1.0")
  }

  private static let topology = Topology(
    entry: 0, maxDepth: 0, client: ClientSide(propagator: "none", payloadSize: 128, set: []),
    services: [
      Service(
        name: "s1", replicas: 1, workers: 1, strategy: "baseline", store: "none", contextWork: true, keysPerLayer: 3,
        growth: "shadow", responseSize: 128, errorRate: 0, script: [])
    ])
}
