// Where a node lets launchers in: the command line's word before the file's, and nowhere without a token.

internal import Control
internal import Node
internal import Topology

extension ControlPlan {
  /// Nil where neither says anything.
  init?(_ given: String?, of document: NodeDocument, file: String, _ token: ControlTokenOption) throws {
    guard let text = given ?? document.control else {
      // Nobody needs it: it is not to lie about.
      _ = ControlTokenOption.takeVariable()
      return nil
    }
    let place = given == nil ? "\(file): control" : "--control"
    guard let (host, port) = HostAndPort.split(text, allowsAnyPort: true) else {
      throw CommandFailure("\(place): expected HOST:PORT, got \"\(text)\"", status: 2)
    }
    self.init(host: host, port: port, token: try token.token(for: place), version: ToolVersion.current)
  }
}
