// Nodes that run already, as a plan names them: where they let launchers in, and with which token.

package import Control
package import Topology

package struct RemoteNodes: Sendable {
  /// By service of the topology; nil for externals.
  package let places: [ControlPlaces?]
  package let token: ControlToken
  /// Of this program, which theirs must be.
  package let version: String
  /// Seconds until all of them must be there, at first and after a loss.
  package var readySeconds = 30.0

  package init(places: [ControlPlaces?], token: ControlToken, version: String) {
    self.places = places
    self.token = token
    self.version = version
  }
}
