// The seam between transports and everything else: a chain of nodes and the client do the same over lines of text as over
// frames, through the same code.

import Context
import Control
import LoadClient
import Propagation
import Statistics
import TestSupport
import Testing
import Topology
import TransportCore

@Suite("The seam of transports")
struct SeamTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let transport: Transport
    /// Of the client.
    let connectionCount: Int
    /// Of the nodes' calls.
    var pipeline: Int?
    var contextInBody: Bool?
  }

  static let hour = Step.sleep(.fixed(nanoseconds: 3_600_000_000_000))

  /// With a connection per request, and with many requests on one, whose replies leave in their order.
  static let cases = [
    Case(testDescription: "frames", transport: .frame, connectionCount: 1),
    Case(testDescription: "HTTP/1.1, one at a time", transport: .http1, connectionCount: 16),
    Case(testDescription: "HTTP/1.1, pipelined", transport: .http1, connectionCount: 1),
    Case(
      testDescription: "HTTP/1.1, pipelined from end to end", transport: .http1, connectionCount: 1, pipeline: 8),
    Case(
      testDescription: "HTTP/1.1, the context in the body, pipelined", transport: .http1, connectionCount: 16,
      pipeline: 8, contextInBody: true),
    Case(testDescription: "gRPC, one connection", transport: .grpc, connectionCount: 1),
    Case(testDescription: "gRPC, sixteen connections", transport: .grpc, connectionCount: 16),
    Case(
      testDescription: "gRPC, the context in the message", transport: .grpc, connectionCount: 1, contextInBody: true),
    Case(testDescription: "lines, one at a time", transport: Transport(LineTransport()), connectionCount: 16),
    Case(testDescription: "lines, pipelined", transport: Transport(LineTransport(pipeline: 64)), connectionCount: 1),
  ]

  @Test("A load goes through three nodes, and waits where connections are taken", arguments: cases)
  func load(setting: Case) throws {
    let chain = try LineChain(over: setting, connectionCount: setting.connectionCount)
    defer { chain.close() }
    let ledger = try chain.load(400, inFlight: 16)
    #expect(ledger.completed == 400 && ledger.planned == 400)
    #expect(chain.counters.map(\.deliveries) == [400, 400, 400])
    #expect(chain.counters.map(\.responses) == [400, 400, 400])
    #expect(chain.counters.allSatisfy { $0.extractionDrops == 0 && $0.shed == 0 })
    #expect(chain.lostReasons.isEmpty)
  }

  @Test("Replies belong to their requests, though services answer in another order", arguments: cases)
  func order(setting: Case) throws {
    let pause = Step.sleep(.exponential(meanNanoseconds: 300_000))
    let chain = try LineChain(over: setting, steps: [[pause], [pause], [pause]], connectionCount: 1)
    defer { chain.close() }
    let isOneAtATime = setting.connectionCount > 1
    // A view that came back with another request would differ from what was sent.
    let outcome = try chain.verify(64, inFlight: isOneAtATime ? 1 : 16)
    #expect(outcome.requests == 64 && outcome.failed == 0 && outcome.views == 3 * 64)
    #expect(outcome.firstDifferingEdge == nil, "\(outcome)")
  }

  @Test("Every store's contexts come back as declared", arguments: cases, ["value-chain", "map", "struct", "packed"])
  func fidelity(setting: Case, store: String) throws {
    let chain = try LineChain(over: setting, store: store, connectionCount: 1)
    defer { chain.close() }
    let outcome = try chain.verify(16, inFlight: 1)
    #expect(outcome.views == 48 && outcome.failed == 0 && outcome.firstDifferingEdge == nil, "\(outcome)")
  }

  @Test("A deadline ends work wherever it is, and is told back", arguments: cases)
  func deadline(setting: Case) throws {
    let chain = try LineChain(
      over: setting, steps: [[], [], [SeamTests.hour]], connectionCount: setting.connectionCount)
    defer { chain.close() }
    let ledger = try chain.load(8, inFlight: 1, deadline: 20_000_000)
    #expect(ledger.timedOut == 8 && ledger.completed == 0)
    #expect(chain.loop.turn { chain.counters.allSatisfy { $0.open == 0 } })
    #expect(chain.counters.map(\.deliveries) == [8, 8, 8])
  }

  @Test("A caller that gives up is heard at the end of the chain", arguments: cases)
  func cancel(setting: Case) throws {
    let chain = try LineChain(
      over: setting, steps: [[], [], [SeamTests.hour]], connectionCount: setting.connectionCount)
    defer { chain.close() }
    let ledger = try chain.load(4, inFlight: 4, timeout: 20_000_000)
    #expect(ledger.completed == 0 && ledger.timedOut > 0 && ledger.timedOut + ledger.failed == 4)
    #expect(chain.loop.turn { chain.counters.allSatisfy { $0.open == 0 } })
    #expect(chain.counters.map(\.cancelled) == [4, 4, 4])
  }

  @Test("Where cancelling closes a connection, another takes its place", arguments: cases)
  func replacement(setting: Case) throws {
    let chain = try LineChain(
      over: setting, steps: [[], [], [SeamTests.hour]], timeout: 5_000_000,
      connectionCount: setting.connectionCount)
    defer { chain.close() }
    // One behind the other, more than there are connections between b and c.
    let ledger = try chain.load(12, inFlight: 1)
    #expect(ledger.timedOut == 12)
    #expect(chain.loop.turn { chain.counters.allSatisfy { $0.open == 0 } })
    #expect(chain.counters.map(\.deliveries) == [12, 12, 12])
  }

  @Test("What has no place in a message is refused, and nothing of it is sent")
  func binary() throws {
    let client = ClientSide(propagator: "packed", payloadSize: 0, set: [])
    #expect(throws: ClientError.self) {
      _ = try RequestImages(
        client: client, propagator: PropagatorRegistry.resolve("packed")!, transport: Transport(LineTransport()),
        deadline: 0, hopsLeft: 1, flags: [], seed: 1)
    }
  }
}
