// What the context work of each arm takes without a wire, measured by a child of its own before any other process runs.

internal import Control
internal import Results
internal import Topology

extension Experiment {
  /// Seconds that the child may take: half a second of work, on a machine that does other things.
  private static let laboratorySecondsMax = 60.0

  func measureInProcess() throws(LauncherError) {
    let orders = plan.arms.indices.flatMap(hopOrders)
    guard !orders.isEmpty else { return }
    observer.runDidProgress("timing the context work in one process", secondsLeft: nil)
    let child = try ChildProcess(
      loop: supervisor.loop, role: .laboratory, name: "laboratory", service: nil, wrapper: [])
    supervisor.adopt(child)
    placement.pin(child.pid, to: placement.quietCPU)
    var report: LaboratoryReport?
    child.didReceive = { line in report = ControlCodec.decode(LaboratoryReport.self, from: line) ?? report }
    defer {
      child.willStop()
      child.send(LaboratoryCommand.stop)
      supervisor.end([child])
    }
    child.send(LaboratoryCommand.measure(orders, seed: plan.seed))
    try supervisor.wait(for: "the laboratory", seconds: Experiment.laboratorySecondsMax) { report != nil }
    switch report {
    case .measured(let hops): result.inProcess = hops
    case .failed(let reason): throw .childFailed(name: "laboratory", reason: reason)
    case .raced, nil: break
    }
    observer.runDidReach("timed the context work in one process")
  }

  /// None for A′, which is its arm once more, and where the context work is not that of the laboratory: services or
  /// edges that differ, keys that a script or the topology's client sets.
  private func hopOrders(_ arm: Int) -> [HopOrder] {
    let armPlan = plan.arms[arm]
    guard armPlan.controlOf == nil, let service = armPlan.topology.onlyContextWork else { return [] }
    let layers =
      service.growth == "distinct" && service.contextWork && plan.isChain
      ? Set(plan.depths.map(InProcessHop.layer(depth:))).sorted() : [1]
    return layers.map { layer in
      HopOrder(
        arm: armPlan.name, store: service.store, propagator: armPlan.topology.client.propagator, growth: service.growth,
        keysPerLayer: service.keysPerLayer, layer: layer,
        opaqueSize: plan.opaqueSize)
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
        case .work, .sleep: break
        }
      }
    }
    return first
  }

  private func isPlain(_ call: Call) -> Bool { call.propagator == client.propagator && !call.dropsContext }
}
