// A node without a launcher: its configuration from a file, its end by a signal. What an orchestrator would start.

package import Control
internal import EventLoop
internal import FoundationEssentials
internal import Glibc

/// What `ctxchain node --config FILE` reads.
package struct NodeDocument: Codable, Sendable {
  package let configuration: NodeConfiguration
  /// Addresses may be host names.
  package let callees: [CalleeAddresses]

  /// Bytes of a configuration.
  package static let sizeMax = 16 << 20

  package static func load(path: String) throws(NodeError) -> NodeDocument {
    do {
      let data = try Data(contentsOf: URL(filePath: path))
      guard data.count <= sizeMax else { throw NodeError.badConfiguration("over \(sizeMax) bytes") }
      return try JSONDecoder().decode(NodeDocument.self, from: data)
    } catch let error as NodeError {
      throw error
    } catch let error as DecodingError {
      throw .badConfiguration(describe(error))
    } catch {
      throw .badConfiguration("cannot be read")
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): "\(path(context)): no \"\(key.stringValue)\""
    case .typeMismatch(let type, let context): "\(path(context)): expected \(type)"
    case .valueNotFound(let type, let context): "\(path(context)): expected \(type), got null"
    case .dataCorrupted(let context): "\(path(context)): \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    context.codingPath.isEmpty ? "document" : context.codingPath.map(\.stringValue).joined(separator: ".")
  }
}

package final class StandaloneNode: NodeServerDelegate {
  private let loop: EventLoop
  private let server: NodeServer
  private let log: NodeLog
  private let counters: UnsafeMutablePointer<CounterPage>
  private var signals: [SignalSource] = []
  private var status: Int32 = 0
  package let port: UInt16

  package init(_ document: NodeDocument) throws {
    log = NodeLog(document.configuration)
    loop = try EventLoop()
    counters = .allocate(capacity: 1)
    counters.initialize(to: CounterPage())
    server = try NodeServer(loop: loop, configuration: document.configuration, counters: counters)
    port = try server.listen()
    server.delegate = self
    try server.connect(document.callees)
    for number in [SIGINT, SIGTERM] {
      signals.append(
        SignalSource(loop: loop, signal: number) { [unowned self] in
          status = 128 + number
          loop.stop()
        })
    }
  }

  /// Serves until SIGINT or SIGTERM; returns the exit status.
  package func run() -> Int32 {
    loop.run()
    return status
  }

  package func serverDidConnect(_ server: NodeServer) {}

  package func server(_ server: NodeServer, didCloseConnectionFor reason: String) {
    log.closedConnection(reason: reason)
  }

  package func server(_ server: NodeServer, didLoseCallee name: String, reason: String) {
    log.lostCallee(name, reason: reason)
  }
}
