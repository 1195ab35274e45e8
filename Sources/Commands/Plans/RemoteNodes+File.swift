// Nodes that run already, as the command line names their file and their token.

internal import Control
internal import Launcher
internal import Topology

extension RemoteNodes {
  /// Nil where no file is named.
  init?(file: String?, for topology: Topology, _ token: ControlTokenOption) throws {
    guard let file else {
      if token.controlTokenFile != nil {
        throw CommandFailure("--control-token-file: expected --nodes beside it", status: 2)
      }
      // Nobody needs it: no child is to inherit it.
      _ = ControlTokenOption.takeVariable()
      return nil
    }
    guard !topology.recordsSpans else {
      throw CommandFailure(
        "--nodes: nodes that run already record no spans; say tracing: off, or nothing of it", status: 2)
    }
    self.init(
      places: try NodesFile.load(path: file, for: topology), token: try token.token(for: "--nodes"),
      version: ToolVersion.current)
  }
}
