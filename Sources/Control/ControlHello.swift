// The first line in each direction of a control connection over TCP. Behind it the lines of NodeMessages flow.

package import ProcessFigures

/// What a launcher says first.
package struct ControlHello: Codable, Sendable {
  /// Of what follows the hello. A node refuses another.
  package static let currentProtocol = 1
  /// Bytes of a line before a launcher is known.
  package static let sizeMax = 4096

  package struct Hello: Codable, Sendable {
    package var `protocol`: Int
    /// Of the program.
    package var version: String
    /// Nil is as wrong as a wrong one.
    package var token: String?
  }

  package var hello: Hello

  package init(version: String, token: ControlToken) {
    hello = Hello(protocol: Self.currentProtocol, version: version, token: token.text)
  }
}

/// What a node says to that.
package struct ControlAnswer: Codable, Equatable, Sendable {
  package var node: NodeIdentity?
  /// Why the connection is closed.
  package var refused: String?

  package init(node: NodeIdentity) { self.node = node }
  package init(refused: String) { self.refused = refused }
}

/// Which node answers, and where it runs.
package struct NodeIdentity: Codable, Equatable, Sendable {
  /// Of the program.
  package var version: String
  package var service: String
  package var layer: Int
  package var replica: Int
  /// Where it serves requests.
  package var port: UInt16
  package var workers: Int
  package var process: ProcessIdentity

  package init(
    version: String, service: String, layer: Int, replica: Int, port: UInt16, workers: Int, process: ProcessIdentity
  ) {
    self.version = version
    self.service = service
    self.layer = layer
    self.replica = replica
    self.port = port
    self.workers = workers
    self.process = process
  }
}
