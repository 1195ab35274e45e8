// The file of each node, as `ctxchain node --config` reads it, where the names of its callees are known and their addresses are
// not.

internal import Control
internal import FoundationEssentials
internal import Topology

/// How the replicas of a service are found.
enum ReplicaNaming {
  /// One name stands for all of them.
  case shared
  /// Each has a name of its own.
  case numbered

  func hosts(_ name: String, replicas: Int) -> [String] {
    self == .shared || replicas == 1 ? [name] : (0..<replicas).map { "\(name)-\($0)" }
  }

  /// Behind each of those names.
  func replicaCount(of service: Service) -> Int { self == .shared ? service.replicas : 1 }
}

struct NodeFile: Encodable {
  private let configuration: NodeConfiguration
  private let callees: [CalleeAddresses]

  /// - Parameters:
  ///   - index: of the service.
  ///   - assumed: propagators, by service.
  init(_ plan: ExportPlan, index: Int, replica: Int, naming: ReplicaNaming, assumed: [String]) {
    let service = plan.topology.services[index]
    configuration = NodeConfiguration(
      service: service, layer: index + 1, replica: replica, host: "0.0.0.0", port: plan.port(of: service),
      // As far from each other as the launcher's.
      seed: 1 &+ UInt64(index * TopologyLimits.replicasMax + replica) &* 0x9e37_79b9_7f4a_7c15,
      assumedPropagator: assumed[index])
    callees = Set(service.calleesInOrder).sorted().map { callee in
      let service = plan.topology.services[callee]
      return service.external.map { external in
        var addresses = CalleeAddresses(
          service: callee, name: external.authority,
          addresses: [ServiceAddress(host: external.host, port: external.port)], assumedPropagator: assumed[callee])
        addresses.external = external
        return addresses
      } ?? Self.addresses(of: service, at: callee, plan, naming, assumed[callee])
    }
  }

  private static func addresses(
    of service: Service, at index: Int, _ plan: ExportPlan, _ naming: ReplicaNaming, _ assumed: String
  ) -> CalleeAddresses {
    let hosts = naming.hosts(plan.name(of: service), replicas: service.replicas)
    var addresses = CalleeAddresses(
      service: index, name: service.name,
      addresses: hosts.map { ServiceAddress(host: $0, port: plan.port(of: service)) },
      workers: service.workers, assumedPropagator: assumed)
    let count = naming.replicaCount(of: service)
    if count > 1 { addresses.replicas = count }
    return addresses
  }

  /// Ends with a line feed.
  var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Plain values with string keys and finite numbers: encoding cannot fail.
    return String(decoding: try! encoder.encode(self), as: UTF8.self) + "\n"
  }
}
