// What a node says on standard error: events of its connections, never of single requests.

internal import Control
internal import Logging
internal import Topology

/// One line per event, in the form of swift-log's own handler. The launcher keeps the last lines of each node.
struct NodeLog {
  private let logger: Logger

  init(_ configuration: NodeConfiguration) {
    var logger = Logger(label: "ctxchain.node", factory: { StreamLogHandler.standardError(label: $0) })
    logger[metadataKey: "service"] = "\(configuration.service.name)"
    if configuration.service.replicas > 1 { logger[metadataKey: "replica"] = "\(configuration.replica)" }
    self.logger = logger
  }

  func closedConnection(reason: String) {
    logger.warning("closed a connection for what it sent", metadata: ["reason": "\(reason)"])
  }

  func failed(_ reason: String) { logger.critical("cannot go on", metadata: ["reason": "\(reason)"]) }

  func launcher(_ address: String, isThere: Bool) {
    logger.notice(
      isThere ? "driven by a launcher" : "no longer driven by a launcher", metadata: ["launcher": "\(address)"])
  }

  func reachedCallee(_ name: String) { logger.notice("reached a callee again", metadata: ["callee": "\(name)"]) }

  func cannotAccept(reason: String) {
    logger.error("accepts no connections for now", metadata: ["reason": "\(reason)"])
  }

  func lostCallee(_ name: String, reason: String) {
    logger.error("lost a callee", metadata: ["callee": "\(name)", "reason": "\(reason)"])
  }
}
