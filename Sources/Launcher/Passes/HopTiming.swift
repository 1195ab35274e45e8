// What the context work of each arm takes without a wire, measured by a child of its own before any other process runs.

internal import Control
internal import Results
internal import Topology

struct HopTiming: Pass {
  let kind = ExperimentPlan.Pass.inProcess

  /// Seconds that the child may take: half a second of work, on a machine that does other things.
  private static let laboratorySecondsMax = 60.0

  func run(on experiment: Experiment) throws(LauncherError) {
    let orders = experiment.plan.arms.indices.flatMap { hopOrders(on: experiment, $0) }
    guard !orders.isEmpty else { return }
    experiment.observer.runDidProgress("timing the context work in one process", secondsLeft: nil)
    let child = try ChildProcess(
      loop: experiment.supervisor.loop, role: .laboratory, name: "laboratory", service: nil, wrapper: [])
    experiment.supervisor.adopt(child)
    experiment.placement.pin(child.pid, to: experiment.placement.quietCPU)
    var report: LaboratoryReport?
    child.didReceive = { line in report = ControlCodec.decode(LaboratoryReport.self, from: line) ?? report }
    defer {
      child.willStop()
      child.send(LaboratoryCommand.stop)
      experiment.supervisor.end([child])
    }
    child.send(LaboratoryCommand.measure(orders, seed: experiment.plan.seed))
    try experiment.supervisor.wait(for: "the laboratory", seconds: Self.laboratorySecondsMax) { report != nil }
    switch report {
    case .measured(let hops): experiment.result.inProcess = hops
    case .failed(let reason): throw .childFailed(name: "laboratory", reason: reason)
    case .raced, nil: break
    }
    experiment.observer.runDidReach("timed the context work in one process")
  }

  /// None for A′, which is its arm once more, and where the context work is not that of the laboratory: services or
  /// edges that differ, keys that a script or the topology's client sets.
  private func hopOrders(on experiment: Experiment, _ arm: Int) -> [HopOrder] {
    let armPlan = experiment.plan.arms[arm]
    guard armPlan.controlOf == nil, let service = armPlan.topology.onlyContextWork else { return [] }
    let layers =
      service.growth == "distinct" && service.contextWork && experiment.plan.isChain
      ? Set(experiment.plan.depths.map(InProcessHop.layer(depth:))).sorted() : [1]
    return layers.map { layer in
      HopOrder(
        arm: armPlan.name, store: service.store, propagator: armPlan.topology.client.propagator, growth: service.growth,
        keysPerLayer: service.keysPerLayer, layer: layer,
        opaqueSize: experiment.plan.opaqueSize)
    }
  }
}

extension Topology {
  /// A service that stands for all: each has its store, growth and keys, and every edge the client's propagator. Nil
  /// where they differ, where anything but the standard work is done on the context, raw fields are cleaned, and where the work is left out.
  var onlyContextWork: Service? {
    guard let first = services.first, client.set.isEmpty, services.allSatisfy({ $0.writes == nil }) else { return nil }
    for service in services {
      guard service.store == first.store, service.growth == first.growth, service.keysPerLayer == first.keysPerLayer,
        service.contextWork, service.gateway == nil
      else { return nil }
      for step in service.script {
        switch step {
        case .set: return nil
        case .call(let call): guard isPlain(call) else { return nil }
        case .parallel(let calls): guard calls.allSatisfy(isPlain) else { return nil }
        case .work, .countedWork, .sleep: break
        }
      }
    }
    return first
  }

  private func isPlain(_ call: Call) -> Bool { call.propagator == client.propagator && !call.dropsContext }
}
