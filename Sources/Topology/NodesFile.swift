// The file of nodes that run already: where each service's replicas let a launcher in. Looks no name up.

/// The control addresses of one service's nodes.
package enum ControlPlaces: Equatable, Sendable {
  /// One for each replica, in their order.
  case each([ControlPlace])
  /// A name, of which every address is a replica.
  case named(ControlPlace)
}

package struct ControlPlace: Equatable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  package var description: String { "\(host):\(port)" }
}

package enum NodesFile {
  /// Reads the file at `path` and holds it against the topology that its nodes serve.
  ///
  /// - Returns: by service of the topology; nil for externals.
  package static func load(path: String, for topology: Topology) throws(TopologyError) -> [ControlPlaces?] {
    try places(DocumentFile.root(path: path, of: "a list of nodes"), topology)
  }

  /// The same of `text`, which errors call `name`.
  package static func parse(
    _ text: String, name: String, for topology: Topology
  ) throws(TopologyError) -> [ControlPlaces?] {
    try places(DocumentFile.root(text, name: name, of: "a list of nodes"), topology)
  }

  private static func places(_ root: Field, _ topology: Topology) throws(TopologyError) -> [ControlPlaces?] {
    let own = try root.mapping("a mapping with nodes", keys: ["nodes"])
    let nodes = try own.required("nodes")
    let fields = try nodes.mapping(
      "a mapping of services", keys: topology.services.filter { $0.external == nil }.map(\.name))
    var seen: [ControlPlace: String] = [:]
    var list: [ControlPlaces?] = []
    for service in topology.services {
      guard service.external == nil else {
        list.append(nil)
        continue
      }
      guard let field = fields[service.name] else {
        throw nodes.error("missing service \"\(service.name)\", which the topology has")
      }
      let places = try places(field, replicas: service.replicas)
      for place in places.all {
        if let other = seen[place] { throw field.error("\(place) is \(other) as well") }
        seen[place] = service.name
      }
      list.append(places)
    }
    return list
  }

  private static func places(_ field: Field, replicas count: Int) throws(TopologyError) -> ControlPlaces {
    guard field.isList else { return .named(try place(field)) }
    let items = try field.list("a list of HOST:PORT", max: TopologyLimits.replicasMax)
    guard items.count == count else {
      throw field.error(
        "expected \(count) address\(count == 1 ? "" : "es"), because the topology has "
          + "\(count) replica\(count == 1 ? "" : "s"), got \(items.count)")
    }
    var places: [ControlPlace] = []
    for item in items { places.append(try place(item)) }
    return .each(places)
  }

  private static func place(_ field: Field) throws(TopologyError) -> ControlPlace {
    let what = "HOST:PORT such as 10.0.0.2:7071, or a list of them"
    guard let (host, port) = HostAndPort.split(try field.text(what)),
      host.unicodeScalars.allSatisfy({
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789.-_".unicodeScalars.contains($0))
      })
    else { throw field.expected(what) }
    return ControlPlace(host: host, port: port)
  }
}

extension ControlPlace: Hashable {}

extension ControlPlaces {
  fileprivate var all: [ControlPlace] {
    switch self {
    case .each(let places): places
    case .named(let place): [place]
    }
  }
}
