// What is to be written down for an orchestrator: a topology, and what the topology does not say. A value; it starts nothing.

package import Topology

package struct ExportPlan: Sendable {
  package var topology: Topology
  /// Of a Kubernetes cluster; nil: whatever its user is in.
  package var namespace: String?
  /// In front of every name.
  package var prefix = ""
  package var image: String
  /// Of the control channel. Nil: it is in nothing that is written, and somebody else brings it.
  package var token: String?
  /// No control channel, and nothing that measures over it.
  package var isServicesOnly = false
  /// What `ctxchain run` gets beside the topology.
  package var runArguments: [String] = []

  package init(topology: Topology, image: String) {
    self.topology = topology
    self.image = image
  }

  /// Hexadecimal digits of a token.
  package static let tokenDigitsMin = 32

  /// Ports in a pod.
  package enum Port {
    /// Of a service whose topology names none.
    package static let data: UInt16 = 7070
    package static let control: UInt16 = 7071
    package static let metrics: UInt16 = 9464
  }

  /// Of what measures.
  package var runName: String { ResourceName.label(prefix + "ctxchain-run") }
  /// Of the Secret with the token.
  package var secretName: String { ResourceName.label(prefix + "ctxchain-control") }

  func name(of service: Service) -> String { ResourceName.label(prefix + service.name) }

  func port(of service: Service) -> UInt16 { service.port ?? Port.data }

  /// Those that are started, with their places in the topology.
  var ownServices: [(index: Int, service: Service)] {
    topology.services.enumerated().filter { $0.element.external == nil }.map { ($0.offset, $0.element) }
  }
}

/// A text, and the name of its file.
package struct ExportFile: Equatable, Sendable {
  package let name: String
  /// Empty where it is no YAML.
  package let documents: [Manifest]
  package let text: String
  /// Only its owner may read it.
  package let isSecret: Bool

  init(name: String, documents: [Manifest], isSecret: Bool = false) {
    self.name = name
    self.documents = documents
    text = Manifest.yaml(documents)
    self.isSecret = isSecret
  }

  init(name: String, secret: String) {
    self.name = name
    documents = []
    text = secret
    isSecret = true
  }
}
