// Several nodes on one loop in one thread, connected over TCP as processes are: no process, no launcher.

package import Control
package import EventLoop
package import Node
package import Topology
internal import Wire

package final class NodeGraph: NodeServerDelegate {
  package let loop: EventLoop
  /// By the service's index; nil where a fake stands.
  package private(set) var servers: [NodeServer?] = []
  package private(set) var ports: [UInt16] = []
  /// Why connections were closed, over all nodes.
  package private(set) var closeReasons: [String] = []
  private let pages: [UnsafeMutablePointer<CounterPage>]
  private var connectedCount = 0

  /// - Parameters:
  ///   - fakes: callees written by hand in place of a service, by its index.
  ///   - requestCountMax: requests under way in one node.
  package init(
    loop: EventLoop, services: [Service], fakes: [Int: FakeCallee] = [:], seed: UInt64 = 7, requestCountMax: Int? = nil
  ) throws {
    self.loop = loop
    pages = services.map { _ in
      let page = UnsafeMutablePointer<CounterPage>.allocate(capacity: 1)
      page.initialize(to: CounterPage())
      return page
    }
    for (index, service) in services.enumerated() {
      if let fake = fakes[index] {
        servers.append(nil)
        ports.append(fake.port)
        continue
      }
      let configuration = NodeConfiguration(
        service: service, layer: index + 1, replica: 0, host: "127.0.0.1", port: 0, seed: seed &+ UInt64(index),
        processName: service.name)
      let server =
        if let requestCountMax {
          try NodeServer(
            loop: loop, configuration: configuration, counters: pages[index], requestCountMax: requestCountMax)
        } else {
          try NodeServer(loop: loop, configuration: configuration, counters: pages[index])
        }
      server.delegate = self
      servers.append(server)
      ports.append(try server.listen())
    }
    let addresses = services.indices.map {
      CalleeAddresses(
        service: $0, name: services[$0].name, addresses: [ServiceAddress(host: "127.0.0.1", port: ports[$0])])
    }
    for server in servers { try server?.connect(addresses) }
    let serverCount = servers.count { $0 != nil }
    guard loop.turn(until: { connectedCount >= serverCount }) else { throw GraphError.notConnected }
  }

  deinit { pages.forEach { $0.deallocate() } }

  package func counters(_ index: Int) -> CounterPage { pages[index].pointee }

  /// A caller of the first service that has exchanged its hello.
  package func client(propagator: String = "none", of index: Int = 0) throws -> FrameClient {
    let client = try FrameClient(loop: loop, port: ports[index])
    client.send(FrameBytes.hello(propagator: propagator))
    guard loop.turn(until: { client.received.contains { $0.type == .hello } }) else { throw GraphError.notConnected }
    return client
  }

  /// No node has a request open.
  package var isIdle: Bool { pages.allSatisfy { $0.pointee.open == 0 } }

  package func close() {
    for server in servers { server?.close() }
    // What was closed is let go at the end of a turn.
    loop.turn(for: 0)
  }

  package func serverDidConnect(_ server: NodeServer) { connectedCount += 1 }

  package func server(_ server: NodeServer, didCloseConnectionFor reason: String) { closeReasons.append(reason) }
}

package enum GraphError: Error { case notConnected }
