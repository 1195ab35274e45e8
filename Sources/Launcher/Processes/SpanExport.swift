// The exporter of a run: a child that empties the rings of every node and sends what is in them to one receiver of OTLP.

internal import Control
internal import EventLoop
internal import Topology

/// Made once for all process sets of a run. Nothing that befalls it ends the run: what was not exported is told.
final class SpanExport {
  private static let readySeconds = 10.0
  /// Seconds in which a receiver has to take what is left at the end.
  private static let finishSeconds = 10.0

  private let supervisor: Supervisor
  private let endpoint: OTLPEndpoint
  private let child: ChildProcess
  /// Hears what keeps spans from being taken, whenever that changes.
  var didMeet: (String) -> Void = { _ in }
  private var nextID = 0
  private var attachedCount = 0
  private var sums: ExportSums?
  /// The latest.
  private var problem: String?

  init(_ endpoint: OTLPEndpoint, version: String, supervisor: Supervisor) throws(LauncherError) {
    self.supervisor = supervisor
    self.endpoint = endpoint
    child = try ChildProcess(loop: supervisor.loop, role: .exporter, name: "exporter", service: nil, wrapper: [])
    supervisor.adopt(child)
    // Its end is told and ends nothing.
    child.willStop()
    child.didEnd = { [unowned self] in if sums == nil { meet("the exporter died") } }
    child.didReceive = { [unowned self] line in didReceive(ControlCodec.decode(ExporterReport.self, from: line)) }
    child.send(ExporterCommand.configure(endpoint, version: version))
  }

  private func didReceive(_ report: ExporterReport?) {
    switch report {
    case .attached: attachedCount += 1
    case .problem(let text), .failed(let text): meet(text)
    case .finished(let sums): self.sums = sums
    case nil: break
    }
  }

  private func meet(_ text: String) {
    problem = text
    didMeet("traces: \(text)")
  }

  /// Returns when the rings of these nodes are open, which then outlive the nodes; the words by which they are let go.
  func attach(_ nodes: [NodeHandle], of topology: Topology, arm: String?) throws(LauncherError) -> [Int] {
    var exported: [ExportedNode] = []
    // Whether it records now or not: a set that is switched to another arm may then.
    for node in nodes {
      guard let process = node.process as? ChildProcess, !process.rings.isEmpty else { continue }
      let service = topology.services[node.service]
      exported.append(
        ExportedNode(
          id: nextID, pid: process.pid, service: service.name, replica: node.replica,
          callees: service.calleesInOrder.map { topology.services[$0].name }, arm: arm))
      nextID += 1
    }
    guard !exported.isEmpty, child.isAlive else { return [] }
    let expected = attachedCount + 1
    child.send(ExporterCommand.attach(exported))
    do {
      try supervisor.wait(for: "the exporter", seconds: Self.readySeconds) {
        attachedCount >= expected || !child.isAlive
      }
    } catch .notReady {
      meet("the exporter does not answer")
    }
    return exported.map(\.id)
  }

  func detach(_ ids: [Int]) { if !ids.isEmpty { child.send(ExporterCommand.detach(ids)) } }

  /// Sends what is left and ends the child; says what became of all spans.
  func finish() -> String {
    child.send(ExporterCommand.finish(nanoseconds: Int64(Self.finishSeconds * 1e9)))
    try? supervisor.wait(
      for: "the exporter", seconds: Self.finishSeconds + 5, ignoringSignals: true, ignoringDeaths: true
    ) { sums != nil || !child.isAlive }
    supervisor.end([child])
    let last = problem.map { " (\($0))" } ?? ""
    guard let sums else { return "traces to \(endpoint.text): the exporter died\(last)" }
    return "traces to \(endpoint.text): \(sums.text)\(sums.accepted < sums.spans ? last : "")"
  }
}
