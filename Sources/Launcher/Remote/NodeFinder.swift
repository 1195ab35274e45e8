// Finds nodes that run already: looks names up, makes of every address a replica, and finds one that came back elsewhere.

internal import Control
internal import EventLoop
internal import Topology

/// Of one process set.
final class NodeFinder {
  private let supervisor: Supervisor
  private let remote: RemoteNodes
  private let lookup: HostLookup
  private(set) var nodes: [RemoteNode] = []

  init(_ remote: RemoteNodes, _ supervisor: Supervisor) throws(LauncherError) {
    self.remote = remote
    self.supervisor = supervisor
    do throws(EventLoopError) {
      lookup = try HostLookup(loop: supervisor.loop)
    } catch {
      throw .badPlan("no names can be looked up: \(error)")
    }
  }

  /// Every replica of every service in the order of the topology, each of them on its way.
  func find(_ topology: Topology) throws(LauncherError) -> [(service: Int, replica: Int, node: RemoteNode)] {
    var found: [(service: Int, replica: Int, node: RemoteNode)] = []
    for (index, service) in topology.services.enumerated() {
      guard let places = remote.places[index] else { continue }
      let expected = ExpectedNode(
        version: remote.version, service: service.name, layer: index + 1, workers: service.workers)
      func add(_ place: ControlPlace, at address: HostAddress?) {
        let node = RemoteNode(loop: supervisor.loop, place: place, expected: expected, token: remote.token)
        setLocation(of: node, first: address, isNamed: address != nil)
        found.append((index, found.count { $0.service == index }, node))
        nodes.append(node)
      }
      switch places {
      case .each(let places): places.forEach { add($0, at: nil) }
      case .named(let place):
        for address in try addresses(of: place, service) { add(place, at: address) }
      }
    }
    nodes.forEach { $0.connect() }
    return found
  }

  /// As many as the service has replicas: names of an orchestrator have those that are ready, so it waits for the rest.
  private func addresses(of place: ControlPlace, _ service: Service) throws(LauncherError) -> [HostAddress] {
    var (addresses, isAsking): ([HostAddress], Bool) = ([], false)
    let what = "\(service.name) at \(place)"
    do {
      let end = supervisor.loop.refreshNow() + Int64(remote.readySeconds * 1e9)
      while addresses.count != service.replicas, supervisor.loop.refreshNow() < end {
        isAsking = true
        ask(place) {
          addresses = $0
          isAsking = false
        }
        let left = Double(end - supervisor.loop.refreshNow()) / 1e9
        try supervisor.wait(for: what, seconds: max(0.01, left)) { !isAsking }
        if addresses.count != service.replicas { try supervisor.pause(seconds: 0.25) }
      }
    } catch .notReady {
      throw .badPlan("\(what): its name could not be looked up within \(remote.readySeconds) s")
    }
    guard addresses.count == service.replicas else {
      throw .badPlan(
        "\(what): expected \(service.replicas) address\(service.replicas == 1 ? "" : "es"), because the topology has "
          + "\(service.replicas) replica\(service.replicas == 1 ? "" : "s"), got "
          + (addresses.isEmpty ? "none" : "\(addresses.count) (\(addresses.map(\.host).joined(separator: ", ")))"))
    }
    return addresses
  }

  private func ask(_ place: ControlPlace, _ handler: @escaping ([HostAddress]) -> Void) {
    if let numeric = HostAddress(numeric: place.host, port: place.port) { return handler([numeric]) }
    do {
      try lookup.lookUpAll(place.host, port: place.port, handler: handler)
    } catch {
      handler([])
    }
  }

  /// A name is looked up anew for each try: a node that came back may have another address, one that no other has.
  private func setLocation(of node: RemoteNode, first: HostAddress?, isNamed: Bool) {
    var first = first
    node.locate = { [weak self, weak node] handler in
      guard let self, let node else { return }
      if let address = first {
        first = nil
        return handler(address)
      }
      ask(node.place) { [weak self, weak node] addresses in
        guard let self, let node else { return }
        guard isNamed else { return handler(addresses.first) }
        let others = nodes.filter { other in other !== node && other.place == node.place }
        let taken = others.compactMap(\.address)
        handler(addresses.first { $0 == node.address } ?? addresses.first { !taken.contains($0) })
      }
    }
  }
}
